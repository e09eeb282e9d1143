import { useState } from "preact/hooks";
import { sentence } from "../controller";
import { useLoad } from "../knowledge/load";
import { Await, Choice, Empty, Head, Trouble } from "../knowledge/parts";
import { address } from "./address";
import { type Draw, RULES, type Rule, type Sample } from "./calls";
import type { Part } from "./part";
import { percent, q, told } from "./words";

const PERIODS = [1, 7, 28, 90] as const;
const COUNTS = [5, 10, 20, 50] as const;

/** What waits to be read, and the drawing of more. */
export function Samples({ calls }: Part) {
  const load = useLoad("samples", (signal) => calls.samples(signal), true);
  return (
    <div class="k-page">
      <Head title={q("samples")} more={q("samplesMore")} />
      <DrawForm onDraw={(draw) => calls.draw(draw)} onDrawn={load.again} />
      <Await load={load}>
        {(samples) =>
          samples.length === 0 ? (
            <Empty title={q("noSamples")}>
              <p class="soft">{q("noSamplesMore")}</p>
            </Empty>
          ) : (
            <ul class="k-list">
              {samples.map((each) => (
                <Row key={each.sample_id} sample={each} />
              ))}
            </ul>
          )
        }
      </Await>
    </div>
  );
}

function Row({ sample }: { sample: Sample }) {
  const shown = sample.reviews.map((review) => q("judgedBy", { name: review.reviewer_name, score: percent(review.score) }));
  return (
    <li class="k-row q-row">
      <div class="k-row-title">
        <a href={address({ page: "sample", id: sample.sample_id })}>{told("rule", sample.rule)}</a>
        <p class="soft">
          {sample.because}
          {shown.length > 0 && ` · ${shown.join(" · ")}`}
        </p>
      </div>
      <span class={`k-mark q-state is-${sample.state}`}>
        {told("state", sample.state)}
        {sample.mine && sample.state !== "done" && ` · ${q("youJudged")}`}
      </span>
      <time class="soft" dateTime={sample.created_at}>
        {new Date(sample.created_at).toLocaleDateString([], { day: "numeric", month: "short" })}
      </time>
    </li>
  );
}

interface DrawProps {
  onDraw: (draw: Draw) => Promise<Sample[]>;
  onDrawn: () => void;
}

function DrawForm({ onDraw, onDrawn }: DrawProps) {
  const [rule, setRule] = useState<Rule>("random");
  const [count, setCount] = useState(10);
  const [days, setDays] = useState(7);
  const [twice, setTwice] = useState(false);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");

  async function draw(event: Event) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
      const drawn = await onDraw({ rule, count, days, twice, seed });
      setSaid(drawn.length ? q("drawn", { count: drawn.length }) : q("drawnNone"));
      onDrawn();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form class="q-draw" aria-labelledby="q-draw" onSubmit={(event) => void draw(event)}>
      <h2 id="q-draw">{q("draw")}</h2>
      <p class="soft">{q("drawMore")}</p>
      <div class="q-draw-fields">
        <Choice label={q("rule")} value={rule} options={RULES.map((each) => [each, told("rule", each)] as const)} onChange={(value) => setRule(value as Rule)} />
        <Choice label={q("count")} value={String(count)} options={COUNTS.map((each) => [String(each), String(each)] as const)} onChange={(value) => setCount(Number(value))} />
        <Choice label={q("days")} value={String(days)} options={PERIODS.map((each) => [String(each), q("dayCount", { count: each })] as const)} onChange={(value) => setDays(Number(value))} />
        <label class="q-check">
          <input type="checkbox" checked={twice} onChange={(event) => setTwice(event.currentTarget.checked)} />
          <span>{q("twice")}</span>
        </label>
        <button type="submit" class="button is-main" disabled={busy}>
          {q("drawNow")}
        </button>
      </div>
      <p role="status" class="soft">
        {said}
      </p>
      {problem && <Trouble text={problem} />}
    </form>
  );
}
