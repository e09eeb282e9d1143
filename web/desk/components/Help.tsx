import { t } from "../words";
import { Modal } from "./Dialogs";

const LIST_KEYS = [
  ["j", t("keyDown")],
  ["k", t("keyUp")],
  ["a", t("keyAccept")],
  ["r", t("keyReply")],
  ["n", t("keyNote")],
  ["/", t("keySearch")],
  ["Ctrl + Enter", t("keySend")],
  ["Esc", t("keyEscape")],
  ["?", t("keyHelp")],
] as const;

const WRITING_KEYS = [
  ["/", t("keyFind")],
  ["Ctrl + S", t("keySave")],
  ["Tab", t("keyLeaveText")],
  ["Esc", t("keyEscape")],
  ["?", t("keyHelp")],
] as const;

/** `list`: whether the conversations are on the screen. */
export function Help({ list, onClose }: { list: boolean; onClose: () => void }) {
  return (
    <Modal title={t("help")} onDone={onClose}>
      <dl class="keys">
        {(list ? LIST_KEYS : WRITING_KEYS).map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div class="modal-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("dismiss")}
        </button>
      </div>
    </Modal>
  );
}
