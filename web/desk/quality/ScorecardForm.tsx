import { useState } from "preact/hooks";
import { sentence } from "../controller";
import { Choice, Trouble } from "../knowledge/parts";
import type { Judgement, Question, Sample } from "./calls";
import { q, told } from "./words";

type Mark = 0 | 1 | 2 | null;
const MARKS: readonly Mark[] = [0, 1, 2, null];
const OUTCOMES = ["resolved", "not_resolved", "unclear"] as const;
const HANDOVERS = ["none_due", "right", "late", "needless", "missing"] as const;

interface Props {
  questions: Question[];
  sample: Sample;
  onJudge: (judgement: Judgement) => Promise<void>;
}

/** The questions, one fieldset each. What one has judged before stands in it. */
export function ScorecardForm({ questions, sample, onJudge }: Props) {
  const before = sample.mine ? sample.reviews[0] : undefined;
  const [answers, setAnswers] = useState<Record<string, Mark>>((before?.answers ?? {}) as Record<string, Mark>);
  const [outcome, setOutcome] = useState<Judgement["outcome"]>(before?.outcome ?? "unclear");
  const [handover, setHandover] = useState<Judgement["handover"]>(before?.handover ?? "none_due");
  const [note, setNote] = useState(before?.note ?? "");
  const [excellent, setExcellent] = useState(before?.excellent ?? false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  if (sample.state === "done") return <p class="soft">{q("over")}</p>;
  const open = questions.filter((each) => !(each.id in answers)).length;

  async function judge(event: Event) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await onJudge({ answers, outcome, handover, note, excellent });
    } catch (error) {
      setProblem(sentence(error));
      setBusy(false);
    }
  }

  return (
    <form class="q-card" aria-labelledby="q-card" onSubmit={(event) => void judge(event)}>
      <h2 id="q-card">{q("scorecard")}</h2>
      <p class="soft">{q("scorecardMore")}</p>
      {questions.map((question) => (
        <Marks key={question.id} question={question} mark={answers[question.id]} onMark={(mark) => setAnswers({ ...answers, [question.id]: mark })} />
      ))}
      <Choice label={q("outcome")} value={outcome} options={OUTCOMES.map((each) => [each, told("outcome", each)] as const)} onChange={(value) => setOutcome(value as Judgement["outcome"])} />
      <Choice label={q("handover")} value={handover} options={HANDOVERS.map((each) => [each, told("handover", each)] as const)} onChange={(value) => setHandover(value as Judgement["handover"])} />
      <label class="k-field">
        <span>{q("note")}</span>
        <textarea rows={3} maxLength={4000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <label class="q-check">
        <input type="checkbox" checked={excellent} onChange={(event) => setExcellent(event.currentTarget.checked)} />
        <span>{q("excellent")}</span>
      </label>
      <p role="status" class="soft">
        {open > 0 && q("missing", { count: open })}
      </p>
      {problem && <Trouble text={problem} />}
      <button type="submit" class="button is-main" disabled={busy || open > 0}>
        {q(before ? "saveAgain" : "save")}
      </button>
    </form>
  );
}

interface MarksProps {
  question: Question;
  mark: Mark | undefined;
  onMark: (mark: Mark) => void;
}

function Marks({ question, mark, onMark }: MarksProps) {
  const extra = [question.critical && q("critical"), question.weight > 1 && q("doubleWeight")].filter(Boolean).join(", ");
  return (
    <fieldset class="q-question">
      <legend>
        {question.asks} {extra && <span class="soft">({extra})</span>}
      </legend>
      <p class="soft" id={`guide-${question.id}`}>
        {question.guidance}
      </p>
      <div class="q-marks" aria-describedby={`guide-${question.id}`}>
        {MARKS.map((each) => (
          <label key={String(each)} class="q-mark">
            <input type="radio" name={question.id} checked={mark === each} onChange={() => onMark(each)} />
            <span>{told("mark", String(each ?? "none"))}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
