import { useState } from "preact/hooks";
import type { CannedIn } from "../assist";
import type { Canned } from "../canned";
import { type Desk, sentence } from "../controller";
import { type DeskState, shares } from "../state";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";
import { Modal } from "./Dialogs";

const EMPTY: CannedIn = { scope: "personal", shortcut: "", title: "", text: "", topics: [] };

/** The replies that this agent may use, and those that they may change. */
export function CannedDialog({ desk, state }: { desk: Desk; state: DeskState }) {
  const [edited, setEdited] = useState<{ id: string | null; reply: CannedIn } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [deleted, setDeleted] = useState<Canned | null>(null);
  const [busy, setBusy] = useState(false);
  const mayShare = state.signedIn.status === "in" && shares(state.signedIn.session);
  const read = useLoaded(() => desk.assist.readCanned(), []);
  const replies = state.canned ?? [];

  const attempt = async (work: () => Promise<void>, gone: Canned | null = null) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    setDeleted(null);
    try {
      await work();
      setEdited(null);
      setDeleted(gone);
    } catch (error) {
      setProblem(sentence(error));
    }
    setBusy(false);
  };
  const bringBack = ({ scope, shortcut, title, text, topics }: Canned) => attempt(() => desk.assist.saveCanned(null, { scope, shortcut, title, text, topics }));

  return (
    <Modal title={t("canned")} onDone={() => desk.asked("canned")}>
      <p class="soft">{t("cannedMore", { customer_name: "{customer_name}", order_number: "{order_number}", agent_name: "{agent_name}" })}</p>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <p role="status">
        {deleted && (
          <>
            {t("cannedDeleted", { title: deleted.title })}{" "}
            <button type="button" class="link" onClick={() => void bringBack(deleted)}>
              {t("undo")}
            </button>
          </>
        )}
      </p>
      {edited ? (
        <CannedForm
          key={edited.id}
          reply={edited.reply}
          mayShare={mayShare}
          isNew={!edited.id}
          onCancel={() => setEdited(null)}
          onSave={(reply) => attempt(() => desk.assist.saveCanned(edited.id, reply))}
        />
      ) : (
        <>
          {read.failed && (
            <p class="problem" role="alert">
              {t("cannedFailed")}{" "}
              <button type="button" class="link" onClick={read.again}>
                {t("again")}
              </button>
            </p>
          )}
          {!read.failed && !replies.length && <p class="soft">{t(state.canned ? "cannedNone" : "loading")}</p>}
          <ul class="canned-list">
            {replies.map((reply) => (
              <CannedRow key={reply.id} reply={reply} onEdit={() => setEdited({ id: reply.id, reply: { ...reply } })} onDelete={() => attempt(() => desk.assist.deleteCanned(reply), reply)} />
            ))}
          </ul>
          <div class="modal-foot">
            <button type="button" class="button" onClick={() => desk.ask(null)}>
              {t("dismiss")}
            </button>
            <button type="button" class="button is-main" onClick={() => setEdited({ id: null, reply: EMPTY })}>
              {t("cannedNew")}
            </button>
          </div>
        </>
      )}
    </Modal>
  );
}

function CannedRow({ reply, onEdit, onDelete }: { reply: Canned; onEdit: () => void; onDelete: () => void }) {
  return (
    <li>
      <span>
        <kbd>/{reply.shortcut}</kbd> <strong>{reply.title}</strong> <span class="tag">{label("scope", reply.scope)}</span>
      </span>
      <span class="soft plain">{reply.text}</span>
      {reply.mine && (
        <span>
          <button type="button" class="link" onClick={onEdit}>
            {t("cannedEdit", { title: reply.title })}
          </button>{" "}
          <button type="button" class="link" onClick={onDelete}>
            {t("cannedDelete", { title: reply.title })}
          </button>
        </span>
      )}
    </li>
  );
}

interface FormProps {
  reply: CannedIn;
  mayShare: boolean;
  isNew: boolean;
  onCancel: () => void;
  onSave: (reply: CannedIn) => Promise<void>;
}

function CannedForm({ reply, mayShare, isNew, onCancel, onSave }: FormProps) {
  const [now, setNow] = useState(reply);
  const [topics, setTopics] = useState((reply.topics ?? []).join(", "));
  const change = (part: Partial<CannedIn>) => setNow({ ...now, ...part });
  const submit = (event: Event) => {
    event.preventDefault();
    const { scope, shortcut, title, text } = now;
    const named = topics.split(",").map((topic) => topic.trim()).filter(Boolean);
    void onSave({ scope: scope ?? "personal", shortcut: shortcut.trim().toLowerCase(), title, text, topics: named });
  };
  return (
    <form onSubmit={submit}>
      <label>
        {t("cannedShortcut")}
        <input required maxLength={32} pattern="[A-Za-z0-9][A-Za-z0-9_\-]*" value={now.shortcut} onInput={(event) => change({ shortcut: event.currentTarget.value })} />
      </label>
      <label>
        {t("cannedTitle")}
        <input required maxLength={120} value={now.title} onInput={(event) => change({ title: event.currentTarget.value })} />
      </label>
      <label>
        {t("cannedText")}
        <textarea required rows={5} maxLength={4000} value={now.text} onInput={(event) => change({ text: event.currentTarget.value })} />
      </label>
      <label>
        {t("cannedTopics")}
        <input maxLength={300} value={topics} onInput={(event) => setTopics(event.currentTarget.value)} />
      </label>
      {isNew && mayShare && (
        <fieldset class="options">
          <legend>{t("cannedScope")}</legend>
          {(["personal", "shared"] as const).map((scope) => (
            <label key={scope}>
              <input type="radio" name="scope" checked={now.scope === scope} onChange={() => change({ scope })} /> {label("scope", scope)}
            </label>
          ))}
        </fieldset>
      )}
      <div class="modal-foot">
        <button type="button" class="button" onClick={onCancel}>
          {t("cancel")}
        </button>
        <button type="submit" class="button is-main">
          {t("cannedSave")}
        </button>
      </div>
    </form>
  );
}
