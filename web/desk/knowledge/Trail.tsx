import { score } from "../format";
import { address } from "./address";
import { Bar } from "./parts";
import type { Candidate, Trace } from "./types";
import { k, named } from "./words";

const SIGNS = ["nearness", "coverage", "own", "unknown", "leaning", "known", "margin"] as const;

/** The way from the question to the answer: how it was read, what was compared, and what decided. */
export function Trail({ trace }: { trace: Trace }) {
  const kept = trace.candidates.filter((each) => each.dropped === null);
  const [best, second] = kept;
  const time = Object.values(trace.milliseconds).reduce((sum, each) => sum + each, 0);
  return (
    <section class="k-trail" aria-labelledby="trail">
      <h2 id="trail">{k("trail")}</h2>
      <dl class="k-facts">
        <Fact name={k("readAs")} value={`“${trace.query}”`} />
        {trace.context && <Fact name={k("inContext")} value={k("contextValue", { text: trace.context, weight: score(trace.context_weight) })} />}
        <Fact name={k("lookedIn")} value={k("lookedInValue", { audience: named("audience", trace.audience), locale: trace.locale || k("anyLocale"), backend: named("backend", trace.backend) })} />
        <Fact name={k("took")} value={k("milliseconds", { time: time.toFixed(time < 10 ? 1 : 0) })} />
      </dl>
      {best && (
        <p class="k-why">
          <strong>{k("why")}</strong> {second ? k("whyLead", { section: place(best), lead: score(best.score - second.score), second: place(second) }) : k("whyOnly", { section: place(best) })}{" "}
          {k(trace.found ? "whyFound" : "whyUnknown", { confidence: score(trace.confidence), threshold: score(trace.threshold) })}
        </p>
      )}
      {trace.signs && (
        <div class="k-signs">
          <p class="k-sign">
            <span>{k("confidence")}</span>
            <Bar value={trace.confidence} line={trace.threshold} />
            <span>{score(trace.confidence)}</span>
          </p>
          {SIGNS.map((each) => {
            const known = trace.signs?.[each] ?? null;
            const value = known ?? 0;
            return (
              <p class="k-sign" key={each} title={named("signHint", each)}>
                <span>{named("sign", each)}</span>
                <Bar value={each === "leaning" && known !== null ? share(value) : value} />
                <span>{score(value)}</span>
              </p>
            );
          })}
        </div>
      )}
      <Candidates candidates={trace.candidates} />
    </section>
  );
}

/** A leaning of any size to the share of a bar: the middle is the line between the two kinds. */
function share(leaning: number): number {
  return 1 / (1 + Math.exp(-leaning));
}

function Candidates({ candidates }: { candidates: readonly Candidate[] }) {
  if (candidates.length === 0) return <p class="soft">{k("noCandidates")}</p>;
  return (
    <div class="k-table" tabIndex={0} role="region" aria-label={k("candidates")}>
      <table>
        <caption>{k("candidates")}</caption>
        <thead>
          <tr>
            {[k("rank"), k("passage"), k("score"), k("nearness"), k("lexical"), k("verdict")].map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {candidates.map((each, at) => (
            <tr key={each.chunk_id} class={each.dropped ? "is-dropped" : undefined}>
              <td>{at + 1}</td>
              <th scope="row">
                <a href={address({ page: "article", id: each.chunk_id.split(":")[0] ?? "", tab: "write" })}>{place(each)}</a>
              </th>
              <td>
                {score(each.score)} <Bar value={each.score} />
              </td>
              <td>{score(each.nearness)}</td>
              <td>{score(each.lexical)}</td>
              <td>{each.dropped ? k("dropped", { why: each.dropped }) : k("kept")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function place({ title, section, chunk_id: id }: Candidate): string {
  return [title || id, section].filter(Boolean).join(" › ");
}
