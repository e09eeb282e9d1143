import { useState } from "preact/hooks";
import { EMPTY, reduceAll } from "../../shared/reduce";
import type { Fact, LogEvent, Schemas } from "../../shared/types";
import { sentence } from "../controller";
import { Choice, Trouble } from "../knowledge/parts";
import type { Comment } from "./calls";
import { q } from "./words";

interface Props {
  comments: Comment[];
  events: LogEvent[];
  onAdd: (body: Schemas["CommentIn"]) => Promise<void>;
}

/** What readers say of single messages or the whole; one written for a colleague reaches them as coaching. */
export function Comments({ comments, events, onAdd }: Props) {
  const [text, setText] = useState("");
  const [seq, setSeq] = useState("");
  const [about, setAbout] = useState("");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const messages = messagesOf(events);
  const staff = staffOf(events);
  const names = new Map(staff);

  async function add(event: Event) {
    event.preventDefault();
    setProblem("");
    try {
      await onAdd({ text: text.trim(), ...(seq && { seq: Number(seq) }), ...(about && { about }) });
      setText("");
      setSaid(q("commentAdded"));
    } catch (error) {
      setProblem(sentence(error));
    }
  }

  return (
    <section class="q-comments" aria-labelledby="q-comments">
      <h2 id="q-comments">{q("comments")}</h2>
      {comments.length === 0 && <p class="soft">{q("noComments")}</p>}
      <ul>
        {comments.map((each) => (
          <li key={each.comment_id}>
            <p class="plain">{each.text}</p>
            <p class="soft">
              {q("by", { name: each.author_name })}
              {each.about && ` → ${names.get(each.about) ?? each.about}`}
              {each.seq !== null && (
                <>
                  {" · "}
                  <button type="button" class="link" onClick={() => show(each.seq ?? 0)}>
                    {q("messageNumber", { seq: each.seq, text: messages.find((one) => one.seq === each.seq)?.text ?? "" })}
                  </button>
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => void add(event)}>
        <label class="k-field">
          <span>{q("comment")}</span>
          <textarea rows={2} maxLength={4000} required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <Choice label={q("onMessage")} value={seq} options={[["", q("theWhole")], ...messages.map((each) => [String(each.seq), q("messageNumber", each)] as const)]} onChange={setSeq} />
        {staff.length > 0 && <Choice label={q("forWhom")} value={about} options={[["", q("nobody")], ...staff]} onChange={setAbout} />}
        <button type="submit" class="button" disabled={!text.trim()}>
          {q("addComment")}
        </button>
        <p role="status" class="soft">
          {said}
        </p>
        {problem && <Trouble text={problem} />}
      </form>
    </section>
  );
}

function show(seq: number) {
  const message = document.getElementById(`seq-${seq}`);
  message?.scrollIntoView({ block: "center" });
  message?.focus();
}

/** Messages that a comment can stand on, with how they begin. */
function messagesOf(events: readonly LogEvent[]): { seq: number; text: string }[] {
  return events
    .filter((event): event is Extract<Fact, { type: "message.sent" }> => event.type === "message.sent")
    .map((event) => ({ seq: event.seq, text: event.data.text.slice(0, 40) }));
}

/** Who of the staff took part, by id and name. */
function staffOf(events: readonly LogEvent[]): [string, string][] {
  return Object.entries(reduceAll(EMPTY, events).agents);
}
