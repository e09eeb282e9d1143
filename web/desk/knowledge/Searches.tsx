import { useState } from "preact/hooks";
import { address } from "./address";
import { dayText, share } from "./format";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, Choice, Empty, Head } from "./parts";
import type { Analytics, QueryLine } from "./types";
import { k, named } from "./words";

const PERIODS = [7, 30, 90, 365] as const;
const CHANNELS = ["all", "bot", "help"] as const;
const TOTALS = ["found", "not_found", "rejected", "abandoned"] as const;

/** What people look for, and where they are left without an answer; and the articles that disappoint most. */
export function Searches({ calls }: Part) {
  const [days, setDays] = useState(30);
  const [channel, setChannel] = useState<(typeof CHANNELS)[number]>("all");
  const load = useLoad(`searches:${days}:${channel}`, (signal) => calls.analytics(days, channel, signal), true);
  return (
    <div class="k-page">
      <Head title={k("searches")} more={k("searchesMore")} />
      <div class="k-find is-line">
        <Choice label={k("period")} value={String(days)} options={PERIODS.map((each) => [String(each), k("lastDays", { count: each })] as const)} onChange={(value) => setDays(Number(value))} />
        <Choice label={k("channel")} value={channel} options={CHANNELS.map((each) => [each, named("channel", each)] as const)} onChange={setChannel} />
      </div>
      <Await load={load}>
        {(found) =>
          found.asked === 0 ? (
            <Empty title={k("noSearches")}>
              <p class="soft">{k("noSearchesMore")}</p>
            </Empty>
          ) : (
            <Found found={found} />
          )
        }
      </Await>
      <Disappointing calls={calls} days={days} />
    </div>
  );
}

function Found({ found }: { found: Analytics }) {
  return (
    <>
      <dl class="k-totals">
        <div>
          <dt>{k("askedInAll")}</dt>
          <dd>{found.asked}</dd>
        </div>
        {TOTALS.map((each) => (
          <div key={each}>
            <dt>{named("total", each)}</dt>
            <dd>
              {found[each]} {found[each] > 0 && <span class="soft">{share(found[each], found.asked)}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <div class="k-quarters">
        <Queries title={k("topQueries")} lines={found.top} of="times" />
        <Queries title={k("noResult")} lines={found.no_result} of="not_found" />
        <Queries title={k("mostRejected")} lines={found.most_rejected} of="rejected" />
        <Queries title={k("mostAbandoned")} lines={found.most_abandoned} of="abandoned" />
      </div>
    </>
  );
}

function Queries({ title, lines, of }: { title: string; lines: readonly QueryLine[]; of: "times" | "not_found" | "rejected" | "abandoned" }) {
  return (
    <section>
      <h2>{title}</h2>
      {lines.length === 0 ? (
        <p class="soft">{k("none")}</p>
      ) : (
        <ol class="k-queries">
          {lines.map((each) => (
            <li key={each.query}>
              <a href={address({ page: "playground", filters: { q: each.query } })}>{each.query}</a>
              <span class="soft" title={k("lastAsked", { day: dayText(each.last_asked_at) })}>
                {k("times", { count: each[of] })}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Disappointing({ calls, days }: Pick<Part, "calls"> & { days: number }) {
  const load = useLoad(`all:${days}`, (signal) => calls.allFigures(days, signal), true);
  return (
    <section aria-labelledby="by-article">
      <h2 id="by-article">{k("byArticle")}</h2>
      <Await load={load}>
        {({ articles }) =>
          articles.length === 0 ? (
            <p class="soft">{k("noFiguresMore")}</p>
          ) : (
            <div class="k-table" tabIndex={0} role="region" aria-labelledby="by-article">
              <table>
                <thead>
                  <tr>
                    {[k("article"), k("shown"), k("solved"), k("rejected"), k("silence"), k("handedOver"), k("repeat")].map((each) => (
                      <th key={each} scope="col">
                        {each}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {articles.map((each) => (
                    <tr key={each.article_id}>
                      <th scope="row">
                        <a href={address({ page: "article", id: each.article_id, tab: "figures" })}>{each.title}</a>
                      </th>
                      {([each.shown, each.solved, each.rejected, each.silence, each.handed_over, each.repeat_contact] as const).map((value, at) => (
                        <td key={at}>
                          {value} {at > 0 && value > 0 && <span class="soft">{share(value, each.shown)}</span>}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Await>
    </section>
  );
}
