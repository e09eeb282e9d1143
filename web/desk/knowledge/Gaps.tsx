import { useState } from "preact/hooks";
import { address } from "./address";
import { dayText } from "./format";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, Choice, Empty, Head, Segments } from "./parts";
import { Sparkline } from "./Sparkline";
import { type Gap, GAP_STATES } from "./types";
import { k, named } from "./words";

const ORDERS = ["count", "rising", "recent"] as const;

/** What people asked and no article answers: the editor's work, the most wanted first. */
export function Gaps({ calls, filters }: Part & { filters: Readonly<Record<string, string>> }) {
  const state = GAP_STATES.find((each) => each === filters.state) ?? "open";
  const order = ORDERS.find((each) => each === filters.order) ?? "count";
  const load = useLoad(`gaps:${state}:${order}`, (signal) => calls.gaps(state, order, signal), true);
  const set = (change: Record<string, string>) => location.replace(address({ page: "gaps", filters: { ...filters, ...change } }));
  return (
    <div class="k-page">
      <Head title={k("gaps")} more={k("gapsMore")} />
      <div class="k-find is-line">
        <Segments label={k("state")} value={state} options={GAP_STATES.map((each) => [each, named("gap", each)] as const)} onChange={(value) => set({ state: value })} />
        <Choice label={k("sort")} value={order} options={ORDERS.map((each) => [each, named("gapOrder", each)] as const)} onChange={(value) => set({ order: value })} />
      </div>
      <Await load={load}>
        {(gaps) =>
          gaps.length === 0 ? (
            <Empty title={named("noGaps", state)}>
              <p class="soft">{k("noGapsMore")}</p>
            </Empty>
          ) : (
            <ul class="k-list">
              {gaps.map((each) => (
                <GapRow key={each.id} gap={each} />
              ))}
            </ul>
          )
        }
      </Await>
      <TopTen calls={calls} />
    </div>
  );
}

function GapRow({ gap }: { gap: Gap }) {
  const reasons = (["unanswered", "rejected", "low_confidence"] as const).filter((each) => gap[each] > 0);
  return (
    <li class="k-row is-gap">
      <strong class="k-big">{gap.count}</strong>
      <div class="k-row-title">
        <a href={address({ page: "gap", id: String(gap.id) })}>{gap.title}</a>
        <p class="soft">
          {reasons.map((each) => named("gapReason", each, gap[each])).join(" · ")} · {k("lastAsked", { day: dayText(gap.last_at) })}
        </p>
      </div>
      <Sparkline weeks={gap.trend} />
    </li>
  );
}

/** The ten questions of a month that were missed most. */
function TopTen({ calls }: Pick<Part, "calls">) {
  const months = lastMonths(new Date(), 12);
  const [month, setMonth] = useState(months[0] ?? "");
  const load = useLoad(`top:${month}`, (signal) => calls.topGaps(month, signal), true);
  return (
    <section class="k-top" aria-labelledby="top-ten">
      <header class="k-head is-small">
        <h2 id="top-ten">{k("topTen")}</h2>
        <Choice label={k("month")} value={month} options={months.map((each) => [each, monthName(each)] as const)} onChange={setMonth} />
      </header>
      <Await load={load}>
        {(gaps) =>
          gaps.length === 0 ? (
            <p class="soft">{k("topTenNone")}</p>
          ) : (
            <ol class="k-ranks">
              {gaps.map((each) => (
                <li key={each.id}>
                  <a href={address({ page: "gap", id: String(each.id) })}>{each.title}</a>{" "}
                  <span class="soft">
                    {k("askedTimes", { count: each.count })} · {named("gap", each.state)}
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Await>
    </section>
  );
}

export function lastMonths(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) => {
    const first = new Date(now.getFullYear(), now.getMonth() - back, 1);
    return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, "0")}`;
  });
}

function monthName(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(year, number - 1, 1).toLocaleDateString([], { month: "long", year: "numeric" });
}
