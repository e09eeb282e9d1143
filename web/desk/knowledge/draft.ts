/**
 * One article in somebody's hands: what is stored, what is written, and what stands between them. Pure.
 *
 * `base` is the version that the writing started from. A save names it; when somebody saved first, the server refuses
 * and the draft holds both texts until a person decides. Nothing here ever drops what was written.
 */
import { merge, sameContent } from "./compare";
import type { ArticleVersion, Content } from "./types";

export interface Conflict {
  theirs: ArticleVersion;
  /** The text that both started from. */
  base: Content;
}

export interface Problem {
  field: string;
  problem: string;
}

export interface Draft {
  base: number;
  stored: Content;
  content: Content;
  saving: boolean;
  conflict: Conflict | null;
  /** Why the last save was refused, field by field. */
  problems: readonly Problem[];
  /** Why the last save did not work, as a sentence. */
  failure: string | null;
  /** When the writing was brought back from this browser. */
  recoveredAt: string | null;
}

/** What this browser keeps of unsaved writing. */
export interface Kept {
  base: number;
  content: Content;
  at: string;
}

export type Act =
  | { do: "edit"; change: Partial<Content> }
  | { do: "save" }
  | { do: "saved"; version: number; content: Content }
  | { do: "refused"; problems: readonly Problem[]; failure: string }
  | { do: "conflict"; conflict: Conflict }
  | { do: "resolve"; with: Resolution }
  | { do: "restore"; draft: Draft }
  | { do: "discard" };

export type Resolution = "both" | "mine" | "theirs";

export function begin(version: ArticleVersion, kept: Kept | null = null): Draft {
  const stored = contentOf(version);
  const fresh: Draft = {
    base: version.version,
    stored,
    content: stored,
    saving: false,
    conflict: null,
    problems: [],
    failure: null,
    recoveredAt: null,
  };
  if (!kept || sameContent(kept.content, stored)) return fresh;
  return { ...fresh, base: kept.base, content: kept.content, recoveredAt: kept.at };
}

export function act(draft: Draft, action: Act): Draft {
  switch (action.do) {
    case "edit":
      return { ...draft, content: { ...draft.content, ...action.change }, problems: remaining(draft.problems, action.change) };
    case "save":
      return { ...draft, saving: true, failure: null, problems: [] };
    case "saved":
      // What was typed while the save was under way stays, as unsaved writing on the new version.
      return { ...draft, saving: false, base: action.version, stored: action.content, recoveredAt: null };
    case "refused":
      return { ...draft, saving: false, problems: action.problems, failure: action.failure };
    case "conflict":
      return { ...draft, saving: false, conflict: action.conflict };
    case "resolve": {
      const { conflict } = draft;
      if (!conflict) return draft;
      const theirs = contentOf(conflict.theirs);
      const settled = { ...draft, conflict: null, base: conflict.theirs.version, stored: theirs };
      if (action.with === "theirs") return { ...settled, content: theirs, recoveredAt: null };
      if (action.with === "mine") return settled;
      return { ...settled, content: merge(conflict.base, draft.content, theirs).content };
    }
    case "restore":
      return action.draft;
    case "discard":
      return { ...draft, content: draft.stored, problems: [], failure: null, recoveredAt: null };
  }
}

export function isUnsaved(draft: Draft): boolean {
  return !sameContent(draft.content, draft.stored);
}

/** Writing that started from an older version than the stored one: both must be seen before anything is saved. */
export function isBehind(draft: Draft, latest: number): boolean {
  return draft.base < latest && isUnsaved(draft);
}

/** The fields of the text that changed, as the server takes them. */
export function patchOf(draft: Draft): Partial<Content> {
  const changed = (Object.keys(draft.content) as (keyof Content)[]).filter(
    (name) => JSON.stringify(draft.content[name]) !== JSON.stringify(draft.stored[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, draft.content[name]]));
}

export function contentOf(version: ArticleVersion): Content {
  const { title, body, audience, locale, tags, owner, review_by, effective_from, effective_until, redirect_from } = version;
  return { title, body, audience, locale, tags, owner, review_by, effective_from, effective_until, redirect_from };
}

export function readKept(text: string | null): Kept | null {
  if (!text) return null;
  try {
    const kept = JSON.parse(text) as Partial<Kept>;
    const whole = typeof kept.base === "number" && typeof kept.at === "string" && typeof kept.content?.body === "string";
    return whole ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

/** An id for a title: "Returning a tent" → "returning-a-tent". */
export function idFor(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80)
    .replace(/-+$/, "");
}

function remaining(problems: readonly Problem[], change: Partial<Content>): readonly Problem[] {
  return problems.filter((each) => !(each.field in change));
}
