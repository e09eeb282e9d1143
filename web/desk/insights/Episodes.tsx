import { useState } from "preact/hooks";
import { type Desk, sentence } from "../controller";
import { useLoad } from "../knowledge/load";
import { Await, Empty, Head, Trouble } from "../knowledge/parts";
import type { Episode, InsightsCalls, Page } from "./calls";
import { n, plain } from "./words";

interface Props {
  calls: InsightsCalls;
  desk: Desk;
  name: string;
  title: string;
  list: (after: string | null, signal: AbortSignal) => Promise<Page>;
  back: string;
  csv: string;
}

/** The episodes behind a number, the newest first; each opens its transcript. `name` tells one list from another. */
export function Episodes({ calls, desk, name, title, list, back, csv }: Props) {
  const [pages, setPages] = useState<Episode[]>([]);
  const [after, setAfter] = useState<string | null>(null);
  const load = useLoad(`episodes:${name}:${after ?? ""}`, (signal) => list(after, signal), true);
  const [problem, setProblem] = useState("");

  async function read(conversationId: string) {
    try {
      const sample = await calls.take(conversationId);
      desk.go("quality");
      location.hash = `#/quality/samples/${encodeURIComponent(sample.sample_id)}`;
    } catch (error) {
      setProblem(sentence(error));
    }
  }

  return (
    <>
      <p>
        <a href={back}>← {n("back")}</a>
      </p>
      <Head title={title}>
        <a href={csv} download="episodes.csv">
          {n("csv")}
        </a>
      </Head>
      {problem && <Trouble text={problem} />}
      <Await load={load}>
        {({ episodes, next }) => {
          const all = [...pages, ...episodes];
          return all.length === 0 ? (
            <Empty title={n("noEpisodes")} />
          ) : (
            <>
              <div class="q-scroll" tabIndex={0} role="group" aria-label={n("episodes")}>
                <table class="k-table">
                  <thead>
                    <tr>
                      <th scope="col">{n("opened")}</th>
                      <th scope="col">{n("status")}</th>
                      <th scope="col">{n("resolver")}</th>
                      <th scope="col">{n("why")}</th>
                      <th scope="col">{n("conversation")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {all.map((each) => (
                      <tr key={each.episode_id}>
                        <th scope="row">{new Date(each.opened_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}</th>
                        <td>{plain(`${each.status}, ${each.evidence}`)}</td>
                        <td>{each.resolver}</td>
                        <td>
                          {each.why}
                          {each.judge && (
                            <>
                              <br />
                              <span class="soft">{n("judgeSays", { said: plain(each.judge.said), because: each.judge.because.join("; ") })}</span>
                            </>
                          )}
                        </td>
                        <td>
                          {each.conversation_ids.map((id) => (
                            <button key={id} type="button" class="link" onClick={() => void read(id)}>
                              {n("read")}
                            </button>
                          ))}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {next && (
                <p>
                  <button
                    type="button"
                    class="button"
                    onClick={() => {
                      setPages(all);
                      setAfter(next);
                    }}
                  >
                    {n("more")}
                  </button>
                </p>
              )}
            </>
          );
        }}
      </Await>
    </>
  );
}
