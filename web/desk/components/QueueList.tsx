import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { HandoffListItem } from "../../shared/types";
import type { Desk } from "../controller";
import { elapsed } from "../format";
import { type DeskState, lists } from "../state";
import { label, t } from "../words";

interface Props {
  desk: Desk;
  state: DeskState;
  search: RefObject<HTMLInputElement | null>;
}

const TICK_MS = 15_000;

export function QueueList({ desk, state, search }: Props) {
  const now = useNow();
  const { mine, waiting } = lists(state);
  const query = state.query.trim();

  const section = (title: string, items: HandoffListItem[], none: string) => (
    <section aria-label={title}>
      <h2>
        {title} <span class="count">{items.length}</span>
      </h2>
      {items.length === 0 && <p class="none">{query ? t("noneFound", { query }) : none}</p>}
      <ul>
        {items.map((item) => (
          <Row key={item.handoff_id} item={item} now={now} selected={item.handoff_id === state.selected} onSelect={() => desk.select(item.handoff_id)} />
        ))}
      </ul>
    </section>
  );

  return (
    <section class="queue" aria-label={t("conversations")}>
      <input
        ref={search}
        type="search"
        class="search"
        placeholder={t("search")}
        aria-label={t("search")}
        aria-keyshortcuts="/"
        value={state.query}
        onInput={(event) => desk.search(event.currentTarget.value)}
      />
      {state.queueProblem && (
        <p class="problem" role="alert">
          {t("queueFailed")} {state.queueProblem}{" "}
          <button type="button" class="link" onClick={() => void desk.refreshQueue()}>
            {t("again")}
          </button>
        </p>
      )}
      {state.queue ? (
        <div class="queue-scroll">
          {section(t("mine"), mine, t("noneMine"))}
          {section(t("waiting"), waiting, t("noneWaiting"))}
        </div>
      ) : (
        !state.queueProblem && <p class="none">{t("loading")}</p>
      )}
    </section>
  );
}

function Row({ item, now, selected, onSelect }: { item: HandoffListItem; now: number; selected: boolean; onSelect: () => void }) {
  const waits = item.state === "queued";
  return (
    <li>
      <button type="button" class={`row reason-${item.reason}`} aria-current={selected ? "true" : undefined} onClick={onSelect}>
        <span class="row-head">
          <strong>{item.customer_name ?? item.customer_id ?? t("anonymous")}</strong>
          <time dateTime={item.waiting_since} class={waits ? "wait is-waiting" : "wait"}>
            {elapsed(item.waiting_since, now)}
          </time>
        </span>
        <span class="row-problem">{item.problem || t("noProblem")}</span>
        <span class="row-reason">{label("reason", item.reason)}</span>
      </button>
    </li>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
