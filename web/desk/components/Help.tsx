import { t } from "../words";
import { Modal } from "./Dialogs";

const KEYS = [
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

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Modal title={t("help")} onDone={onClose}>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
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
