import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Desk } from "../controller";
import { merge } from "./compare";
import { Difference } from "./Difference";
import { type Act, type Conflict, contentOf, type Draft, type Resolution } from "./draft";
import { momentText, who } from "./format";
import { Segments } from "./parts";
import { k, named } from "./words";

interface Props {
  desk: Desk;
  draft: Draft;
  conflict: Conflict;
  /** Who is reading this; the other one may be the same person at another desk. */
  email: string;
  change: (action: Act) => void;
}

type View = "between" | "theirs" | "yours";

/** Two people changed one article. Both texts are here, nothing is stored, and a person chooses how to go on. */
export function Conflicting({ desk, draft, conflict, email, change }: Props) {
  const [view, setView] = useState<View>("between");
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const theirs = contentOf(conflict.theirs);
  const merged = useMemo(() => merge(conflict.base, draft.content, theirs), [conflict, draft.content]);
  const base = k("versionIs", { version: draft.base });
  const newest = k("theirVersion", { version: conflict.theirs.version });

  const resolve = (how: Resolution) => {
    const before = draft;
    change({ do: "resolve", with: how });
    desk.toast(k(how === "theirs" ? "tookTheirs" : "continueUnsaved"), null, () => change({ do: "restore", draft: before }));
  };

  return (
    <section class="k-conflict" aria-labelledby="conflict-title">
      <div class="k-conflict-head" role="alert">
        <h2 id="conflict-title" ref={title} tabIndex={-1}>{conflict.theirs.author === email ? k("conflictOwn") : k("conflictTitle", { who: who(conflict.theirs.author) })}</h2>
        <p>
          {k("conflictMore", { version: conflict.theirs.version, time: momentText(conflict.theirs.created_at) })}
          {conflict.theirs.note && ` ${k("conflictNote", { note: conflict.theirs.note })}`}
        </p>
      </div>
      <div class="k-conflict-ways">
        {merged.clean && <Way title={k("wayBoth")} text={k("wayBothMore")} main onChoose={() => resolve("both")} />}
        <Way title={k("wayMine")} text={k(merged.clean ? "wayMineMore" : "wayMineOverlap")} onChoose={() => resolve("mine")} />
        <Way title={k("wayTheirs")} text={k("wayTheirsMore")} onChoose={() => resolve("theirs")} />
      </div>
      <Segments
        label={k("show")}
        value={view}
        options={(["between", "theirs", "yours"] as const).map((each) => [each, named("conflict", each)] as const)}
        onChange={setView}
      />
      {view === "between" && <Difference before={theirs} after={draft.content} names={[newest, k("yourText")]} />}
      {view === "theirs" && <Difference before={conflict.base} after={theirs} names={[base, newest]} />}
      {view === "yours" && <Difference before={conflict.base} after={draft.content} names={[base, k("yourText")]} />}
    </section>
  );
}

function Way({ title, text, main = false, onChoose }: { title: string; text: string; main?: boolean; onChoose: () => void }) {
  return (
    <div class="k-way">
      <button type="button" class={main ? "button is-main" : "button"} onClick={onChoose}>
        {title}
      </button>
      <p class="soft">{text}</p>
    </div>
  );
}
