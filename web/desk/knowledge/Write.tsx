import { useEffect, useState } from "preact/hooks";
import type { Desk } from "../controller";
import type { ArticlePart } from "./part";
import { Difference } from "./Difference";
import { Fields } from "./Fields";
import { momentText } from "./format";
import { useLoad } from "./load";
import { MarkdownEditor } from "./MarkdownEditor";
import { Choice, Segments, Trouble } from "./parts";
import { Preview } from "./Preview";
import { contentOf } from "./draft";
import { tookBack, willTakeBack } from "./undo";
import type { Handling } from "./useDraft";
import { useStep } from "./useStep";
import { k, named } from "./words";

type View = "text" | "preview" | "changes";

/** Writing: the text with its fields, what it will look like, and what changes by it. */
export function Write({ desk, calls, detail, handling, onChanged }: ArticlePart & { handling: Handling }) {
  const { draft, unsaved, keeps, change, save } = handling;
  const [view, setView] = useState<View>("text");
  const [note, setNote] = useState("");
  const { failure, take } = useStep(desk, onChanged);

  const store = async () => {
    if (!unsaved || draft.saving) return;
    const before = detail.article;
    const stored = await save(note.trim());
    if (!stored) return;
    setNote("");
    const lost = tookBack(calls, before, stored, Date.now());
    if (lost) desk.toast(lost.said, null, lost.undo ? () => void take(lost.again) : null, lost.label);
  };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      void store();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  });

  if (detail.article.state === "archived") return <p class="k-notice">{k("archivedNoWriting")}</p>;
  return (
    <div class={`k-write view-${view}`}>
      {draft.recoveredAt && unsaved && (
        <p class="k-notice" role="status">
          <span>{k("recovered", { time: momentText(draft.recoveredAt) })}</span>
          <Discard desk={desk} handling={handling} />
        </p>
      )}
      {willTakeBack(detail.article) && (
        <p class="k-notice" role="status">
          {willTakeBack(detail.article)}
        </p>
      )}
      <Segments
        label={k("show")}
        value={view}
        options={(["text", "preview", "changes"] as const).map((each) => [each, named("view", each)] as const)}
        onChange={setView}
      />
      {view === "changes" ? (
        <Changes calls={calls} detail={detail} handling={handling} />
      ) : (
        <div class="k-columns">
          <section class="k-text" aria-label={named("view", "text")}>
            <Fields content={draft.content} problems={draft.problems} onChange={(part) => change({ do: "edit", change: part })} />
            <div class="k-paper">
              <MarkdownEditor text={draft.content.body} onChange={(body) => change({ do: "edit", change: { body } })} />
            </div>
            <FieldProblem handling={handling} />
          </section>
          <Preview calls={calls} content={draft.content} />
        </div>
      )}
      {(draft.failure ?? failure) && <Trouble text={draft.failure ?? failure ?? ""} />}
      <form
        class="k-save"
        onSubmit={(event) => {
          event.preventDefault();
          void store();
        }}
      >
        <p class="soft" role="status">
          {draft.saving ? k("saving") : unsaved ? k(keeps ? "unsavedKept" : "unsavedNotKept") : k("allSaved", { version: draft.base })}
        </p>
        <input aria-label={k("changeNote")} placeholder={k("changeNote")} maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        {unsaved && !draft.recoveredAt && <Discard desk={desk} handling={handling} />}
        <button type="submit" class="button is-main" aria-keyshortcuts="Control+S" disabled={!unsaved || draft.saving}>
          {k("saveDraft")}
        </button>
      </form>
    </div>
  );
}

/** Throws unsaved writing away, and gives it back on request. */
function Discard({ desk, handling: { draft, change } }: { desk: Desk; handling: Handling }) {
  const discard = () => {
    change({ do: "discard" });
    desk.toast(k("discarded"), null, () => change({ do: "restore", draft }));
  };
  return (
    <button type="button" class="button" onClick={discard} disabled={draft.saving}>
      {k("discard")}
    </button>
  );
}

function FieldProblem({ handling: { draft } }: { handling: Handling }) {
  const problem = draft.problems.find((each) => each.field === "body");
  return problem ? (
    <p class="problem" role="alert">
      {k("bodyProblem", { problem: problem.problem })}
    </p>
  ) : null;
}

function Changes({ calls, detail, handling }: Pick<ArticlePart, "calls" | "detail"> & { handling: Handling }) {
  const { draft } = handling;
  const numbers = detail.versions.map((each) => each.version);
  const [against, setAgainst] = useState(draft.base);
  const load = useLoad(against === draft.base ? null : `${detail.article.id}:${against}`, (signal) =>
    calls.version(detail.article.id, against, signal),
  );
  const before = against === draft.base ? draft.stored : load.state.status === "ready" ? contentOf(load.state.value) : null;
  const label = (version: number) =>
    k(version === detail.article.published_version ? "versionPublished" : "versionIs", { version });
  return (
    <section class="k-changes" aria-label={named("view", "changes")}>
      <Choice label={k("compareWith")} value={String(against)} options={numbers.map((each) => [String(each), label(each)] as const)} onChange={(value) => setAgainst(Number(value))} />
      {load.state.status === "failed" && against !== draft.base && <Trouble text={load.state.problem} onAgain={load.again} />}
      {before && <Difference before={before} after={draft.content} names={[label(against), k("yourText")]} />}
    </section>
  );
}
