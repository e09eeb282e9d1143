import type { InboxItem } from "../../shared/types";
import { elapsed, remaining, utc } from "../format";
import { isLate, isUnread } from "../inbox";
import type { DeskState } from "../state";
import { label, t } from "../words";

interface Props {
  item: InboxItem;
  now: number;
  state: DeskState;
  onSelect: () => void;
}

export function Row({ item, now, state, onSelect }: Props) {
  const { signedIn, selected, drafts, read } = state;
  const waits = item.state === "queued";
  const late = isLate(item, now);
  const unread = signedIn.status === "in" && item.handoff_id !== selected && isUnread(item, read, signedIn.session);
  const ended = item.ended_at;
  const left = waits && item.due_at && !late ? remaining(item.due_at, now) : "";
  return (
    <li>
      <button type="button" class={`row reason-${item.reason}${unread ? " is-unread" : ""}`} aria-current={item.handoff_id === selected ? "true" : undefined} onClick={onSelect}>
        <span class="row-head">
          <strong>{item.customer_name ?? item.customer_id ?? t("anonymous")}</strong>
          {unread && <span class="dot" role="img" aria-label={t("unread")} />}
          <time dateTime={ended ?? item.waiting_since} title={utc(ended ?? item.waiting_since)} class={waits ? "wait is-waiting" : "wait"}>
            {elapsed(ended ?? item.waiting_since, now)}
          </time>
        </span>
        <span class="row-problem">{item.problem || t("noProblem")}</span>
        <span class="row-foot">
          <span class="row-reason">{label("reason", item.reason)}</span>
          {waits && <span>{label("queue", item.queue)}</span>}
          {item.their_turn && item.state === "accepted" && <span class={late ? "row-late" : undefined}>{t("theirTurn")}</span>}
          {late && <span class="row-late">{t("dueLate")}</span>}
          {left && <span>{t("dueIn", { time: left })}</span>}
          {!waits && !ended && item.accepted_by && <span>{t("withWhom", { name: item.accepted_by })}</span>}
          {item.outcome && <span>{label("outcome", item.outcome)}</span>}
          {drafts[item.handoff_id] && <span class="row-draft">{t("draftHere")}</span>}
        </span>
      </button>
    </li>
  );
}
