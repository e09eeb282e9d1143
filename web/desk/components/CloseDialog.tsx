import { useState } from "preact/hooks";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";
import { ActionForm, type DialogProps } from "./Dialogs";

const OUTCOMES = ["resolved", "unresolved", "declined_by_policy", "no_reply", "spam"] as const;
const OTHER = "other";

/** No field is filled in beforehand: what was achieved, and whether the hand-over was enough, is somebody's word. */
export function CloseDialog({ desk, id, lost, onDone }: DialogProps) {
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number] | "">("");
  const [cause, setCause] = useState("");
  const [words, setWords] = useState("");
  const plan = useLoaded(() => desk.calls.words(), []);
  const causes = plan.value?.causes ?? (plan.failed ? [OTHER] : []);
  const [enough, setEnough] = useState<boolean | null>(null);
  const [lacked, setLacked] = useState("");
  const [article, setArticle] = useState("");
  const ready = !!outcome && !!cause && (cause !== OTHER || !!words.trim()) && enough !== null && (enough || !!lacked.trim());
  const submit = async () =>
    !!outcome &&
    desk.views.close(id, { outcome, cause: words.trim() || label("cause", cause), cause_code: cause, packet_enough: enough, packet_missing: enough ? null : lacked.trim(), article_missing: article.trim() || null });
  return (
    <ActionForm desk={desk} id={id} lost={lost} title={t("closeTitle")} action={t("close")} ready={ready} onDone={onDone} onSubmit={submit}>
      <label>
        {t("outcome")}
        <select required value={outcome} onChange={(event) => setOutcome(event.currentTarget.value as typeof outcome)}>
          <option value="" />
          {OUTCOMES.map((each) => (
            <option key={each} value={each}>
              {label("outcome", each)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("cause")}
        <select required value={cause} onChange={(event) => setCause(event.currentTarget.value)}>
          <option value="" />
          {causes.map((each) => (
            <option key={each} value={each}>
              {label("cause", each)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t(cause === OTHER ? "causeNeeded" : "causeWords")}
        <input required={cause === OTHER} maxLength={500} autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      </label>
      <fieldset class="options">
        <legend>{t("packetEnough")}</legend>
        {[true, false].map((each) => (
          <label key={String(each)}>
            <input type="radio" name="enough" checked={enough === each} onChange={() => setEnough(each)} /> {t(each ? "packetEnoughYes" : "packetEnoughNo")}
          </label>
        ))}
      </fieldset>
      {enough === false && (
        <label>
          {t("packetLacked")}
          <input required maxLength={500} value={lacked} onInput={(event) => setLacked(event.currentTarget.value)} />
        </label>
      )}
      <label>
        {t("articleMissing")}
        <input maxLength={500} autocomplete="off" value={article} onInput={(event) => setArticle(event.currentTarget.value)} />
      </label>
    </ActionForm>
  );
}
