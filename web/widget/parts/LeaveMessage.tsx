/** A message for later: where to answer, and what it is about. What was typed stays until it was sent. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { newId } from "../../shared/ids";
import type { Contact } from "../calls";
import type { Controller } from "../controller";
import type { LeftDraft, WidgetState } from "../state";
import { type FieldName, type FieldProblem, type Way, problemOf } from "./contact";
import type { PartWords } from "./words";

interface Props {
  controller: Controller;
  words: PartWords;
  state: WidgetState;
  /** Back to the conversation. */
  done: () => void;
}

export default function LeaveMessage({ controller, words, state, done }: Props) {
  const { draft, conversation } = state;
  const form = useRef<HTMLFormElement>(null);
  const message = useRef({ id: newId(), text: "" });
  const [record, setRecord] = useState<string | null>(null);
  const [way, setWay] = useState<Way>("email");
  const [problem, setProblem] = useState<FieldProblem | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const said = conversation.facts.some((fact) => fact.type === "message.sent" && fact.source === "customer");
  const { owner } = conversation;
  const waits = owner.kind === "queue";

  useEffect(() => {
    controller.leaving.wait().then(
      ({ address_on_record: known }) => {
        if (!known) return;
        setRecord(known);
        // Only where nothing was typed meanwhile.
        if (!controller.store.get().draft.email) setWay("record");
      },
      // Without an answer they type the address themselves.
      () => undefined,
    );
  }, []);
  useLayoutEffect(() => focus("input"), []);

  const focus = (what: string) => form.current?.querySelector<HTMLElement>(what)?.focus();
  const write = (change: Partial<LeftDraft>) => {
    setProblem(null);
    controller.leaving.keepDraft({ ...draft, ...change });
  };
  const wrong = (found: FieldProblem) => {
    setProblem(found);
    requestAnimationFrame(() => focus(`[name=${found.field}]`));
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const text = draft.text.trim();
    const found = problemOf(way, draft, !said);
    setFailure(null);
    if (found) return wrong(found);
    // Another text is another message; the same one, sent again, is not.
    if (message.current.text !== text) message.current = { id: newId(), text };
    setBusy(true);
    try {
      await controller.leaving.send(contactOf(way, draft), text, message.current.id);
      done();
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "";
      if (code === "bad_address") wrong({ field: "email", word: "leaveBadEmail" });
      else if (code === "bad_phone") wrong({ field: "phone", word: "leaveBadPhone" });
      else setFailure(words(code === "not_waiting" ? "leaveNotWaiting" : "leaveFailed"));
    } finally {
      setBusy(false);
    }
  };
  const inChat = () => {
    if (draft.text.trim()) controller.send(draft.text);
    write({ text: "" });
    done();
  };
  const field = (name: FieldName, hint?: string) => ({
    name,
    id: `leave-${name}`,
    "aria-invalid": problem?.field === name,
    "aria-describedby": [problem?.field === name ? "leave-problem" : "", hint ?? ""].filter(Boolean).join(" ") || undefined,
  });
  const complaint = (name: FieldName) =>
    problem?.field === name && (
      <span id="leave-problem" class="problem" role="alert">
        {words(problem.word)}
      </span>
    );
  const option = (value: Way, label: string) => (
    <label class="way">
      <input type="radio" name="way" checked={way === value} onChange={() => (setProblem(null), setWay(value))} />
      {label}
    </label>
  );

  return (
    <form ref={form} class="prechat leave" noValidate onSubmit={submit}>
      {waits && (
        <>
          <p>{words("leaveMore")}</p>
          <fieldset class="ways">
            <legend>{words("leaveWhere")}</legend>
            {record && option("record", words("leaveRecord", { address: record }))}
            {option("email", words("formEmail"))}
            {option("phone", words("leavePhone"))}
          </fieldset>
        </>
      )}
      {waits && way === "email" && (
        <div class="field">
          <label for="leave-email">{words("formEmail")}</label>
          <input {...field("email")} type="email" autocomplete="email" maxLength={254} value={draft.email} onInput={(event) => write({ email: event.currentTarget.value })} />
          {complaint("email")}
        </div>
      )}
      {waits && way === "phone" && (
        <div class="field">
          <label for="leave-phone">{words("leavePhone")}</label>
          <input {...field("phone", "phone-hint")} type="tel" autocomplete="tel" maxLength={64} value={draft.phone} onInput={(event) => write({ phone: event.currentTarget.value })} />
          <span id="phone-hint" class="hint">
            {words("leavePhoneHint")}
          </span>
          {complaint("phone")}
        </div>
      )}
      <div class="field">
        <label for="leave-text">{words("leaveText")}</label>
        <textarea {...field("text", said ? "text-hint" : undefined)} rows={4} maxLength={10_000} value={draft.text} onInput={(event) => write({ text: event.currentTarget.value })} />
        {said && (
          <span id="text-hint" class="hint">
            {words("leaveTextMore")}
          </span>
        )}
        {complaint("text")}
      </div>
      {failure && (
        <p class="problem" role="alert">
          {failure}
        </p>
      )}
      {waits ? (
        <button type="submit" class="primary" aria-disabled={busy}>
          {words("leaveSend")}
        </button>
      ) : (
        <>
          <p role="status">{owner.kind === "agent" ? words("ownerAgent", { name: owner.name }) : words("leaveNotWaiting")}</p>
          <button type="button" class="primary" onClick={inChat}>
            {words("leaveInChat")}
          </button>
        </>
      )}
    </form>
  );
}

function contactOf(way: Way, { email, phone }: LeftDraft): Contact {
  if (way === "record") return { use_address_on_record: true };
  return way === "phone" ? { phone: phone.trim() } : { email: email.trim() };
}
