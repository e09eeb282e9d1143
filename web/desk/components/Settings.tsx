import { useState } from "preact/hooks";
import { getPicture } from "../../contract/client";
import { addressOf } from "../../shared/api";
import type { Desk } from "../controller";
import type { DeskState } from "../state";
import { sentence } from "../controller";
import { t } from "../words";
import { Modal } from "./Dialogs";

/** The picture that customers see when this person accepts. */
function PortraitSetting({ desk, state }: { desk: Desk; state: DeskState }) {
  const [version, setVersion] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  if (state.signedIn.status !== "in") return null;
  const { id } = state.signedIn.session;
  const attempt = async (call: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await call();
      setVersion((each) => each + 1);
    } catch (error) {
      setProblem(sentence(error));
    }
  };
  const chosen = (event: Event) => {
    const [file] = (event.currentTarget as HTMLInputElement).files ?? [];
    if (file) void attempt(() => desk.calls.keepPicture(file));
  };
  return (
    <div class="portrait">
      <img src={`${addressOf((request) => getPicture(request, id))}?${version}`} alt={t("portraitNow")} width={56} height={56} />
      <div>
        <label>
          {t("portrait")}
          <input type="file" accept="image/png,image/jpeg,image/webp" onChange={chosen} />
        </label>
        <button type="button" class="link" onClick={() => void attempt(() => desk.calls.dropPicture())}>
          {t("portraitDrop")}
        </button>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </div>
    </div>
  );
}

/** What rings and what shows outside the page. The browser is asked for leave only when somebody wants it. */
export function Settings({ desk, state }: { desk: Desk; state: DeskState }) {
  const notify = async (on: boolean) => {
    const known = "Notification" in window;
    desk.setNotify(on, on && known && (await Notification.requestPermission()) === "granted");
  };
  return (
    <Modal title={t("settings")} onDone={() => desk.asked("settings")}>
      <div class="options">
        <label>
          <input type="checkbox" checked={state.sound} onChange={(event) => desk.setSound(event.currentTarget.checked)} /> {t("soundSetting")}
        </label>
        <label>
          <input type="checkbox" checked={state.notify} onChange={(event) => void notify(event.currentTarget.checked)} /> {t("notifyOn")}
        </label>
      </div>
      <p class="soft">{t("settingsMore")}</p>
      <PortraitSetting desk={desk} state={state} />
      <div class="modal-foot">
        <button type="button" class="button" onClick={() => desk.ask("password")}>
          {t("passwordTitle")}
        </button>
        <button type="button" class="button" onClick={() => desk.ask(null)}>
          {t("dismiss")}
        </button>
      </div>
    </Modal>
  );
}
