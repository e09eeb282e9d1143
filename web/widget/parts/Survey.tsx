/** How easy it was (CES 2.0), then how satisfied, then in one's own words. Only the first is needed. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Controller } from "../controller";
import type { OpenSurvey } from "../state";
import type { PartWords } from "./words";

interface Props {
  controller: Controller;
  words: PartWords;
  survey: OpenSurvey;
  /** They have just said how it went, and this is the next question. */
  follows: boolean;
}

export default function Survey({ controller, words, survey, follows }: Props) {
  const [ces, setCes] = useState<number | null>(null);
  const [csat, setCsat] = useState<number | null>(null);
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const here = form.current?.contains((form.current.getRootNode() as ShadowRoot).activeElement);
    // Who has begun to answer keeps the place they are at.
    if (follows) here || form.current?.querySelector("input")?.focus();
    else controller.ending.announceSurvey();
  }, [follows]);
  const { episode, steps, company } = survey;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ces || busy) return;
    setBusy(true);
    const words = comment.trim();
    await controller.ending.survey({ episode_id: episode, ces, ...(csat && { csat }), ...(words && { comment: words }) });
    setBusy(false);
  };
  return (
    <form ref={form} class="survey" aria-label={words("survey")} onSubmit={submit}>
      <Scale name="ces" question={company ? words("surveyCes", { company }) : words("surveyCesUnnamed")} steps={steps} low={words("surveyDisagree")} high={words("surveyAgree")} value={ces} set={setCes} />
      {ces !== null && (
        <>
          <Scale name="csat" question={words("surveyCsat")} steps={5} low={words("surveyUnhappy")} high={words("surveyHappy")} value={csat} set={setCsat} />
          <label class="survey-text">
            {words("surveyText")}
            <textarea rows={2} maxLength={2000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
          </label>
        </>
      )}
      <div class="survey-foot">
        <button
          type="button"
          class="quiet"
          onClick={() => controller.ending.leaveSurvey(episode)}
        >
          {words("surveySkip")}
        </button>
        {ces !== null && (
          <button type="submit" class="primary" aria-disabled={busy}>
            {words("surveySend")}
          </button>
        )}
      </div>
    </form>
  );
}

interface ScaleProps {
  name: string;
  question: string;
  steps: number;
  low: string;
  high: string;
  value: number | null;
  set: (value: number) => void;
}

function Scale({ name, question, steps, low, high, value, set }: ScaleProps) {
  const all = Array.from({ length: steps }, (_, index) => index + 1);
  return (
    <fieldset class="scale">
      <legend>{question}</legend>
      <div class="steps">
        {all.map((step) => (
          <label key={step} class={value === step ? "step is-chosen" : "step"}>
            <input type="radio" name={name} checked={value === step} onChange={() => set(step)} />
            {step}
            <span class="hidden">{step === 1 ? `, ${low}` : step === steps ? `, ${high}` : ""}</span>
          </label>
        ))}
      </div>
      <p class="ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </p>
    </fieldset>
  );
}
