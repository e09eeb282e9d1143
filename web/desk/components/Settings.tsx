import type { Desk } from "../controller";
import type { DeskState } from "../state";
import { t } from "../words";
import { Modal } from "./Dialogs";

/** What rings and what shows outside the page. The browser is asked for leave only when somebody wants it. */
export function Settings({ desk, state }: { desk: Desk; state: DeskState }) {
  const notify = async (on: boolean) => {
    const known = "Notification" in window;
    desk.setNotify(on, on && known && (await Notification.requestPermission()) === "granted");
  };
  return (
    <Modal title={t("settings")} onDone={() => desk.ask(null)}>
      <div class="options">
        <label>
          <input type="checkbox" checked={state.sound} onChange={(event) => desk.setSound(event.currentTarget.checked)} /> {t("soundSetting")}
        </label>
        <label>
          <input type="checkbox" checked={state.notify} onChange={(event) => void notify(event.currentTarget.checked)} /> {t("notifyOn")}
        </label>
      </div>
      <p class="soft">{t("settingsMore")}</p>
      <div class="modal-foot">
        <button type="button" class="button" onClick={() => desk.ask(null)}>
          {t("dismiss")}
        </button>
      </div>
    </Modal>
  );
}
