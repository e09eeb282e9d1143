import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { type Desk, sentence } from "../controller";
import type { KnowledgeCalls } from "./calls";
import { type Act, act, begin, contentOf, type Draft, isBehind, isUnsaved, type Kept, patchOf, type Problem, readKept } from "./draft";
import type { ArticleDetail, Stored } from "./types";

const KEEP_AFTER_MS = 300;

export interface Handling {
  draft: Draft;
  unsaved: boolean;
  /** Something newer is stored than what the writing started from, and it is being read. */
  behind: boolean;
  /** False where this browser cannot keep unsaved writing. */
  keeps: boolean;
  change: (action: Act) => void;
  /** Stores the writing as a new version: what is stored then, or null where it is not. */
  save: (note: string) => Promise<Stored | null>;
}

interface Needs {
  desk: Desk;
  calls: KnowledgeCalls;
  /** Who writes: on a shared machine everybody finds their own unsaved writing and nobody else's. */
  email: string;
  detail: ArticleDetail;
  onSaved: () => void;
}

/** The draft of one article, kept in this browser until it is saved, and held against what others save meanwhile. */
export function useDraft({ desk, calls, email, detail, onSaved }: Needs): Handling {
  const { id, latest_version: latest } = detail.article;
  const key = `draft:${email}:${id}`;
  const [draft, change] = useReducer(act, null, () => begin(detail.version, readKept(desk.recall(key))));
  const now = useRef(draft);
  now.current = draft;
  const keeps = useRef(true);
  const unsaved = isUnsaved(draft);

  useEffect(() => {
    const keep = () => {
      const kept: Kept = { base: draft.base, content: draft.content, at: new Date().toISOString() };
      if (!unsaved) desk.keep(key, null);
      else keeps.current = desk.keep(key, JSON.stringify(kept));
    };
    const timer = setTimeout(keep, unsaved ? KEEP_AFTER_MS : 0);
    addEventListener("pagehide", keep);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", keep);
    };
  }, [draft.content, draft.stored, draft.base]);

  // Leaving the page at once must not lose the last few words.
  useEffect(
    () => () => {
      const { base, content } = now.current;
      if (isUnsaved(now.current)) desk.keep(key, JSON.stringify({ base, content, at: new Date().toISOString() } satisfies Kept));
    },
    [key],
  );

  const collide = useCallback(async () => {
    const [newest, base] = await Promise.all([calls.article(id), calls.version(id, now.current.base)]);
    change({ do: "conflict", conflict: { theirs: newest.version, base: contentOf(base) } });
  }, [calls, id]);

  // What is stored moved on: by a save elsewhere, by going back a version, or while unsaved writing lay here.
  useEffect(() => {
    if (draft.conflict || draft.saving || draft.base >= latest) return;
    if (isBehind(draft, latest)) collide().catch((error: unknown) => change({ do: "refused", problems: [], failure: sentence(error) }));
    else change({ do: "restore", draft: begin(detail.version) });
  }, [latest, draft.saving]);

  const save = useCallback(
    async (note: string) => {
      const { base, content } = now.current;
      change({ do: "save" });
      try {
        const stored = await calls.save(id, base, patchOf(now.current), note);
        change({ do: "saved", version: stored.latest_version, content });
        onSaved();
        return stored;
      } catch (error) {
        const collided = error instanceof ApiError && error.code === "edit_conflict";
        try {
          if (collided) await collide();
          else change({ do: "refused", problems: problemsOf(error), failure: sentence(error) });
        } catch (again) {
          change({ do: "refused", problems: [], failure: sentence(again) });
        }
        return null;
      }
    },
    [calls, collide, id, onSaved],
  );

  return { draft, unsaved, behind: isBehind(draft, latest) && !draft.conflict && !draft.saving, keeps: keeps.current, change, save };
}

export function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof ApiError)) return [];
  const { problems } = error.data;
  return Array.isArray(problems) ? problems.filter((each): each is Problem => typeof each?.field === "string" && typeof each?.problem === "string") : [];
}
