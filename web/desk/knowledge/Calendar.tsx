import { useState } from "preact/hooks";
import { address } from "./address";
import { byWhen } from "./agenda";
import { dayText, momentText, who } from "./format";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, Choice, Empty, Head } from "./parts";
import type { Due } from "./types";
import { k, named } from "./words";

const AHEAD = [30, 60, 180, 365] as const;

/** What has to be read again, brought up to date, or goes live or ends by itself, by the day it is due. */
export function Calendar({ calls }: Part) {
  const [days, setDays] = useState(60);
  const load = useLoad(`calendar:${days}`, (signal) => calls.calendar(days, signal), true);
  return (
    <div class="k-page">
      <Head title={k("calendar")} more={k("calendarMore")} />
      <div class="k-find is-line">
        <Choice label={k("ahead")} value={String(days)} options={AHEAD.map((each) => [String(each), k("nextDays", { count: each })] as const)} onChange={(value) => setDays(Number(value))} />
      </div>
      <Await load={load}>
        {({ entries }) =>
          entries.length === 0 ? (
            <Empty title={k("nothingDue")}>
              <p class="soft">{k("nothingDueMore")}</p>
            </Empty>
          ) : (
            <>
              {byWhen(entries, new Date()).map(({ when, title, entries: due }) => (
                <section key={title} class={when === "late" ? "k-month is-late" : "k-month"}>
                  <h2>
                    {title} <span class="count">{due.length}</span>
                  </h2>
                  <ul>
                    {due.map((each) => (
                      <Entry key={each.kind + each.article.id} due={each} />
                    ))}
                  </ul>
                </section>
              ))}
            </>
          )
        }
      </Await>
    </div>
  );
}

function Entry({ due }: { due: Due }) {
  const { article, kind, late_by_days: late } = due;
  return (
    <li class="k-due">
      <time dateTime={due.due_at}>{due.due_at.length > 10 ? momentText(due.due_at) : dayText(due.due_at)}</time>
      <div>
        <a href={address({ page: "article", id: article.id, tab: kind === "scheduled" ? "publish" : "write" })}>{article.title}</a>
        <p class="soft">
          {named("due", kind === "expires" && late > 0 ? "expired" : kind)} · {who(article.owner)}
        </p>
      </div>
      <span class={late > 0 ? "k-mark is-late" : "k-mark"}>
        {late > 0 ? k("lateBy", { count: late }) : late === 0 ? k("today") : k("dueIn", { count: -late })}
      </span>
    </li>
  );
}
