import { useLoad } from "../knowledge/load";
import { Await, Empty, Head } from "../knowledge/parts";
import type { Part } from "./part";
import { q } from "./words";

/** What readers wrote for the one who is signed in. */
export function Coaching({ calls }: Part) {
  const load = useLoad("coaching", (signal) => calls.coaching(signal));
  return (
    <div class="k-page">
      <Head title={q("coaching")} more={q("coachingMore")} />
      <Await load={load}>
        {(notes) =>
          notes.length === 0 ? (
            <Empty title={q("noCoaching")}>
              <p class="soft">{q("noCoachingMore")}</p>
            </Empty>
          ) : (
            <ul class="q-notes">
              {notes.map((each) => (
                <li key={each.comment_id}>
                  <p class="plain">{each.text}</p>
                  <p class="soft">
                    {q("by", { name: each.author_name })} ·{" "}
                    <time dateTime={each.created_at}>{new Date(each.created_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}</time>
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </div>
  );
}
