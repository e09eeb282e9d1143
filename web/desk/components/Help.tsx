import { COMMANDS } from "../commands";
import { t } from "../words";
import { Modal } from "./Dialogs";

const LIST_KEYS: readonly (readonly [string, string])[] = [
  ...COMMANDS.flatMap((command) => (command.key ? [[command.key, command.title] as const] : [])),
  ["Ctrl + Enter", t("keySend")],
  ["Esc", t("keyEscape")],
];

const WRITING_KEYS = [
  ["/", t("keyFind")],
  ["Ctrl + K", t("cmd_palette")],
  ["Ctrl + S", t("keySave")],
  ["Tab", t("keyLeaveText")],
  ["Esc", t("keyEscape")],
  ["?", t("keyHelp")],
] as const;

/** `list`: whether the conversations are on the screen. */
export function Help({ list, onClose }: { list: boolean; onClose: () => void }) {
  return (
    <Modal title={t("help")} onDone={onClose}>
      <div class="keys-scroll" tabIndex={0} role="group" aria-label={t("help")}>
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
      </div>
      <div class="modal-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("dismiss")}
        </button>
      </div>
    </Modal>
  );
}
