import { useState } from "preact/hooks";
import { t } from "../words";
import { ActionForm, type DialogProps } from "./Dialogs";

const HOUR_MS = 60 * 60_000;

/** What will happen, and by when: the customer reads it, and it is on the list until it is kept. */
export function PromiseDialog({ desk, id, lost, onDone }: DialogProps) {
  const [text, setText] = useState("");
  const [due, setDue] = useState(() => local(new Date(Date.now() + 24 * HOUR_MS)));
  const at = new Date(due);
  const ready = text.trim().length >= 3 && at.getTime() > Date.now();
  const submit = async () => {
    const made = await desk.views.promise(id, text.trim(), at);
    if (made) desk.toast(t("owedPromised"));
    return made;
  };
  return (
    <ActionForm desk={desk} id={id} lost={lost} title={t("promiseTitle")} action={t("promise")} ready={ready} onDone={onDone} onSubmit={submit}>
      <p class="soft">{t("promiseMore")}</p>
      <label>
        {t("promiseWhat")}
        <textarea required rows={2} maxLength={500} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <label>
        {t("promiseWhen", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
        <input type="datetime-local" required value={due} onInput={(event) => setDue(event.currentTarget.value)} />
      </label>
    </ActionForm>
  );
}

/** As a `datetime-local` field has it: this device's time, without its zone. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
