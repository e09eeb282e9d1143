import type { Desk } from "../controller";
import type { Toast } from "../state";
import { t } from "../words";
import { CloseIcon } from "./icons";

export function Toasts({ desk, toasts }: { desk: Desk; toasts: readonly Toast[] }) {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ number, text, handoffId, undo, undoLabel }) => (
        <div key={number} class="toast">
          <span>{text}</span>
          {handoffId && (
            <button type="button" class="link" onClick={() => desk.select(handoffId)}>
              {t("toastOpen")}
            </button>
          )}
          {undo && (
            <button
              type="button"
              class="link"
              onClick={() => {
                desk.dismiss(number);
                undo();
              }}
            >
              {undoLabel ?? t("undo")}
            </button>
          )}
          <button type="button" class="tool" aria-label={t("dismiss")} onClick={() => desk.dismiss(number)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
