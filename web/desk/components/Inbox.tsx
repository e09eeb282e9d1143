import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InboxItem } from "../../shared/types";
import type { Desk } from "../controller";
import { type InboxView, isLate, tally, VIEWS } from "../inbox";
import { pressing } from "../owed";
import { type DeskState, lists } from "../state";
import { label, t } from "../words";
import { Owed } from "./Owed";
import { Row } from "./Row";
import { SavedViews } from "./SavedViews";

interface Props {
  desk: Desk;
  state: DeskState;
  search: RefObject<HTMLInputElement | null>;
}

const TICK_MS = 15_000;
const NONE = { work: "noneWaiting", open: "noneOpen", late: "noneLate", owed: "nonePromised", closed: "noneClosed" } as const;
/** Views of the hand-overs that are open, of which the server may have sent a part. */
const LISTS_OPEN: ReadonlySet<InboxView> = new Set(["work", "open", "late"]);

export function Inbox({ desk, state, search }: Props) {
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const places = useRef<Partial<Record<InboxView, number>>>({});
  const { mine, waiting, all } = lists(state, now);
  const query = state.query.trim();
  const { inboxView: view, queue } = state;
  const both = view === "work" || !!query;
  const unread = view === "closed" && !state.closed;

  // Each view keeps its own position.
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = places.current[view] ?? 0;
  }, [view]);

  const rows = (items: readonly InboxItem[]) => (
    <ul>
      {items.map((item) => (
        <Row key={item.handoff_id} item={item} now={now} state={state} onSelect={() => desk.select(item.handoff_id)} />
      ))}
    </ul>
  );
  const section = (title: string, items: readonly InboxItem[], none: string) => (
    <section aria-label={title}>
      <h2>
        {title} <span class="count">{items.length}</span>
      </h2>
      {items.length === 0 && <p class="none">{query ? t("noneFound", { query }) : none}</p>}
      {rows(items)}
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
      {queue && <Views desk={desk} state={state} now={now} />}
      {queue && <SavedViews desk={desk} state={state} />}
      {state.queueProblem && (
        <p class="problem" role="alert">
          {t("queueFailed")} {state.queueProblem}{" "}
          <button type="button" class="link" onClick={() => void desk.refreshQueue()}>
            {t("again")}
          </button>
        </p>
      )}
      {queue ? (
        <div ref={scroller} class="queue-scroll" tabIndex={0} role="group" aria-label={label("view", view)} onScroll={(event) => (places.current[view] = event.currentTarget.scrollTop)}>
          {both && section(t("mine"), mine, t("noneMine"))}
          {both && section(t("waiting"), waiting, t("noneWaiting"))}
          {view === "owed" && !query && <Owed desk={desk} state={state} now={now} />}
          {query
            ? all.length > 0 && section(t("alsoFound"), all, "")
            : !both && view !== "owed" && section(label("view", view), all, t(unread ? "loading" : NONE[view]))}
          {(query || LISTS_OPEN.has(view)) && queue.total > queue.open.length && <p class="none">{t("notAllShown", { shown: queue.open.length, total: queue.total })}</p>}
        </div>
      ) : (
        !state.queueProblem && <p class="none">{t("loading")}</p>
      )}
    </section>
  );
}

function Views({ desk, state, now }: { desk: Desk; state: DeskState; now: number }) {
  const { queue, filter, inboxView, closed, owed } = state;
  if (!queue) return null;
  const counts: Record<InboxView, number | null> = {
    work: queue.counts.mine + queue.counts.waiting,
    open: queue.total,
    late: queue.open.filter((item) => isLate(item, now)).length,
    owed: pressing(owed),
    closed: closed?.length ?? null,
  };
  const source = inboxView === "closed" ? (closed ?? []) : queue.open;
  return (
    <>
      <div class="views" role="group" aria-label={t("inboxViews")}>
        {VIEWS.map((view) => (
          <button key={view} type="button" aria-pressed={view === inboxView} class={(view === "late" || view === "owed") && counts[view] ? "is-hot" : undefined} onClick={() => void desk.showInbox(view)}>
            {label("view", view)} {counts[view] !== null && <span class="number">{counts[view]}</span>}
          </button>
        ))}
      </div>
      {inboxView !== "owed" && (
      <div class="filters">
        {(["queue", "reason"] as const).map((field) => (
          <select key={field} aria-label={t(field === "queue" ? "filterQueue" : "filterReason")} value={filter[field] ?? ""} onChange={(event) => desk.setFilter({ [field]: event.currentTarget.value || null })}>
            <option value="">
              {t(field === "queue" ? "filterQueue" : "filterReason")}: {t("all")}
            </option>
            {tally(source, field).map(([code, count]) => (
              <option key={code} value={code}>
                {label(field, code)} ({count})
              </option>
            ))}
          </select>
        ))}
      </div>
      )}
    </>
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
