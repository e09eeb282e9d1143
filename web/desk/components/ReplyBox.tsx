import { useEffect, useRef, useState } from "preact/hooks";
import type { Reask } from "../assist";
import { type Canned, fill, findCanned, insertAt, slashAt, unfilled, valuesOf } from "../canned";
import type { Desk } from "../controller";
import { NO_DRAFT } from "../drafts";
import type { DeskState, View } from "../state";
import { label, t } from "../words";
import { CannedMenu } from "./CannedMenu";
import type { PagePlaces } from "./places";
import { AlsoHere, ReaskWarning } from "./Warnings";

interface Props {
  desk: Desk;
  state: DeskState;
  view: View;
  name: string;
  places: PagePlaces;
  /** Whether this agent answers the customer here. Who does not may still leave a note. */
  answers: boolean;
}

export function ReplyBox({ desk, state, view, name, places, answers }: Props) {
  const { id, detail } = view;
  const { setMode, reply } = places;
  const mode = answers ? places.mode : "note";
  const text = (state.drafts[id] ?? NO_DRAFT)[mode];
  const [asked, setAsked] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const [warning, setWarning] = useState<readonly Reask[]>([]);
  const [checking, setChecking] = useState(false);
  const cursor = useRef<number | null>(null);
  const found = asked !== null && mode === "reply" ? findCanned(state.canned ?? [], asked) : [];
  const chosen = found[Math.min(at, found.length - 1)];
  const missing = mode === "reply" ? unfilled(text) : [];

  // What was a note in one conversation, or before it was taken, must not stay one by habit.
  useEffect(() => {
    setMode("reply");
    setAsked(null);
    setWarning([]);
  }, [id, answers]);
  useEffect(() => {
    if (cursor.current === null) return;
    reply.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = null;
  }, [text]);

  const write = (words: string) => {
    desk.write(id, { [mode]: words });
    setWarning([]);
  };

  const insert = (canned: Canned) => {
    if (state.signedIn.status !== "in") return;
    const put = insertAt(text, reply.current?.selectionStart ?? text.length, fill(canned.text, valuesOf(detail, state.signedIn.session)));
    cursor.current = put.cursor;
    write(put.text);
    setAsked(null);
    desk.assist.usedCanned(canned.id);
    reply.current?.focus();
  };

  const written = () => (desk.store.get().drafts[id] ?? NO_DRAFT)[mode];
  /** `words` went out; what was typed behind them meanwhile stays. */
  const clear = (words: string) => {
    if (written().startsWith(words)) write(written().slice(words.length).trimStart());
    if (desk.store.get().selected === id) reply.current?.focus();
  };
  const send = (words: string) => {
    desk.views.reply(id, words.trim());
    clear(words);
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    const words = text.trim();
    if (!words || missing.length || checking) return;
    setChecking(true);
    if (mode === "note") {
      if (await desk.views.note(id, words)) clear(text);
      else reply.current?.focus();
      return setChecking(false);
    }
    const reasks = await desk.assist.reasks(id, words);
    setChecking(false);
    // Changed meanwhile: it is not what was meant to go out.
    if (!written().startsWith(text)) return;
    if (reasks.length) setWarning(reasks);
    else send(text);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return void submit(event);
    if (asked === null) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") setAsked(null);
    else if (step && found.length) setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen) insert(chosen);
    else return;
    event.preventDefault();
  };

  const caption = mode === "reply" ? t("replyTo", { name }) : t("noteFor");
  return (
    <form class={`reply-box is-${mode}`} onSubmit={submit}>
      <div class="modes" role="group" aria-label={t(answers ? "reply" : "note")}>
        {answers &&
          (["reply", "note"] as const).map((each) => (
            <button key={each} type="button" aria-pressed={mode === each} onClick={() => setMode(each)}>
              {t(each)}
            </button>
          ))}
        <AlsoHere state={state} view={view} />
      </div>
      {!answers && <LeftReply desk={desk} state={state} id={id} />}
      {warning.length > 0 && <ReaskWarning reasks={warning} onSend={() => send(text)} onChange={() => (setWarning([]), reply.current?.focus())} />}
      {asked !== null && mode === "reply" && <CannedMenu found={found} chosen={chosen} onPick={insert} />}
      <textarea
        ref={reply}
        rows={answers ? 3 : 1}
        maxLength={10_000}
        aria-label={caption}
        placeholder={caption}
        aria-controls={asked !== null ? "canned-menu" : undefined}
        aria-activedescendant={asked !== null && chosen ? `canned-${chosen.id}` : undefined}
        aria-describedby={missing.length ? "missing" : undefined}
        value={text}
        onInput={(event) => {
          const { value, selectionStart } = event.currentTarget;
          write(value);
          setAsked(slashAt(value, selectionStart));
          setAt(0);
          if (mode === "reply" && detail) desk.typing(detail.conversation_id);
          desk.assist.writing(id);
        }}
        onBlur={() => setAsked(null)}
        onKeyDown={onKeyDown}
      />
      {missing.length > 0 && (
        <p id="missing" class="problem" role="alert">
          {t("cannedMissing", { names: missing.map((each) => `{${each}} (${label("var", each)})`).join(", ") })}
        </p>
      )}
      <div class="reply-foot">
        <span class="hint">{t(mode === "reply" ? "templateHint" : "sendHint")}</span>
        <button type="submit" class="button is-main" disabled={!text.trim() || missing.length > 0 || checking}>
          {t(mode === "reply" ? "send" : "saveNote")}
        </button>
      </div>
    </form>
  );
}

/** A reply that was being written when the conversation went to somebody else: to be copied, kept as a note, or dropped. */
function LeftReply({ desk, state, id }: Pick<Props, "desk" | "state"> & { id: string }) {
  const { reply, note } = state.drafts[id] ?? NO_DRAFT;
  if (!reply) return null;
  return (
    <div class="left-reply" role="group" aria-labelledby="left-reply">
      <p id="left-reply" role="alert">
        {t("replyLeft")}
      </p>
      <textarea readOnly rows={3} aria-labelledby="left-reply" value={reply} />
      <div class="actions">
        <button type="button" class="button" onClick={() => desk.write(id, { reply: "", note: [note, reply].filter(Boolean).join("\n") })}>
          {t("replyLeftNote")}
        </button>
        <button type="button" class="button is-quiet" onClick={() => desk.write(id, { reply: "" })}>
          {t("replyLeftDrop")}
        </button>
      </div>
    </div>
  );
}
