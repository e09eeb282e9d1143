import { useEffect, useState } from "preact/hooks";
import type { Desk } from "../controller";
import { offersOf } from "../inbox";
import type { DeskState } from "../state";
import { label, t } from "../words";

const TICK_MS = 1_000;

/**
 * What is offered to this agent, on every part of the desk, until it is taken, passed by, or somebody else's turn.
 * One at a time: a bar that grows with the rush would take the room from the conversation at hand.
 */
export function Offers({ desk, state }: { desk: Desk; state: DeskState }) {
  const [now, setNow] = useState(Date.now);
  const [all, setAll] = useState(false);
  const waits = state.queue?.waiting.some((item) => item.offered_until) ?? false;
  useEffect(() => {
    setNow(Date.now());
    const timer = waits ? setInterval(() => setNow(Date.now()), TICK_MS) : undefined;
    return () => clearInterval(timer);
  }, [waits]);
  const offers = offersOf(state.queue, now);
  if (!offers.length) return null;
  const more = offers.length - 1;
  return (
    <section class="offers" aria-label={t("offers")}>
      {(all ? offers : offers.slice(0, 1)).map((item) => {
        const name = item.customer_name ?? item.customer_id ?? t("anonymous");
        const left = Math.max(0, Math.ceil((new Date(item.offered_until ?? "").getTime() - now) / 1_000));
        return (
          <div key={item.handoff_id} class="offer">
            <p>
              <strong>{t("toastOffer", { name })}</strong> <span class="soft">{label("reason", item.reason)}</span>
              <span class="offer-problem">{item.problem || t("noProblem")}</span>
            </p>
            <span class="offer-left">{t("offerLeft", { seconds: left })}</span>
            <button type="button" class="button is-main" aria-keyshortcuts="y" aria-label={t("offerAccept", { name })} onClick={() => void desk.acceptOffer(item.handoff_id)}>
              {t("accept")}
            </button>
            <button type="button" class="button" aria-keyshortcuts="d" aria-label={t("offerDecline", { name })} onClick={() => void desk.declineOffer(item.handoff_id)}>
              {t("decline")}
            </button>
          </div>
        );
      })}
      {more > 0 && (
        <button type="button" class="link offers-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("offersLess") : t("offersMore", { count: more })}
        </button>
      )}
    </section>
  );
}
