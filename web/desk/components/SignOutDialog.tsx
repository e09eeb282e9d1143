import type { Desk } from "../controller";
import type { DeskState } from "../state";
import { t } from "../words";
import { Modal } from "./Dialogs";

/** What becomes of the conversations in hand, before somebody signs out of them. */
export function SignOutDialog({ desk, state }: { desk: Desk; state: DeskState }) {
  const stay = () => desk.asked("signOut");
  return (
    <Modal title={t("signOutTitle")} onDone={stay}>
      <p>{t("signOutMore", { count: state.queue?.counts.mine ?? 0 })}</p>
      <div class="modal-foot">
        <button type="button" class="button is-main" onClick={stay}>
          {t("signOutStay")}
        </button>
        <button type="button" class="button" onClick={() => void desk.signOut()}>
          {t("signOut")}
        </button>
      </div>
    </Modal>
  );
}
