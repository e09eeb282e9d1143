/** Two texts side by side, and two edits of one text put together. Pure; the finding of differences is jsdiff's. */
import { applyPatch, diffArrays, diffWordsWithSpace, structuredPatch } from "diff";
import type { Content } from "./types";

export interface Piece {
  text: string;
  changed: boolean;
}

/** One line on each side; a side is null where the other has a line more. */
export type Row =
  | { kind: "same"; left: number; right: number; text: string }
  | { kind: "changed"; left: Side | null; right: Side | null };

export interface Side {
  number: number;
  pieces: Piece[];
}

export type Stretch = { kind: "rows"; rows: Row[] } | { kind: "hidden"; rows: Row[] };

export function sideBySide(before: string, after: string): Row[] {
  const rows: Row[] = [];
  let left = 0;
  let right = 0;
  let gone: string[] = [];
  const settle = (come: string[]) => {
    for (let at = 0; at < Math.max(gone.length, come.length); at += 1) {
      const [was, is] = pieces(gone[at], come[at]);
      rows.push({
        kind: "changed",
        left: was && { number: (left += 1), pieces: was },
        right: is && { number: (right += 1), pieces: is },
      });
    }
    gone = [];
  };
  for (const part of diffArrays(lines(before), lines(after))) {
    if (part.removed) gone = part.value;
    else if (part.added) settle(part.value);
    else {
      settle([]);
      for (const text of part.value) rows.push({ kind: "same", left: (left += 1), right: (right += 1), text });
    }
  }
  settle([]);
  return rows;
}

/** Long runs of equal lines are folded; `context` lines stay visible on either side of a change. */
export function folded(rows: readonly Row[], context = 3): Stretch[] {
  const near = rows.map((_, index) =>
    rows.slice(Math.max(0, index - context), index + context + 1).some((row) => row.kind === "changed"),
  );
  const stretches: Stretch[] = [];
  rows.forEach((row, index) => {
    const kind = near[index] ? "rows" : "hidden";
    const last = stretches[stretches.length - 1];
    if (last?.kind === kind) last.rows.push(row);
    else stretches.push({ kind, rows: [row] });
  });
  // One hidden line would take as much room as the button that shows it.
  return stretches.map((each) => (each.kind === "hidden" && each.rows.length < 2 ? { ...each, kind: "rows" } : each));
}

export interface FieldChange {
  name: Exclude<keyof Content, "body">;
  before: string;
  after: string;
}

export function fieldChanges(before: Content, after: Content): FieldChange[] {
  return FIELDS.filter((name) => plain(before[name]) !== plain(after[name])).map((name) => ({
    name,
    before: plain(before[name]),
    after: plain(after[name]),
  }));
}

export interface Merged {
  content: Content;
  /** False where both changed the same lines: then the text is `mine`, and theirs must be read in by hand. */
  clean: boolean;
}

/** My changes put on top of theirs. A field that I changed is mine, any other is theirs. */
export function merge(base: Content, mine: Content, theirs: Content): Merged {
  const fields = Object.fromEntries(
    FIELDS.map((name) => [name, plain(mine[name]) === plain(base[name]) ? theirs[name] : mine[name]]),
  ) as unknown as Omit<Content, "body">;
  const body = mine.body === base.body ? theirs.body : applied(base.body, mine.body, theirs.body);
  return { content: { ...fields, body: body ?? mine.body }, clean: body !== null };
}

export function sameContent(one: Content, other: Content): boolean {
  return one.body === other.body && fieldChanges(one, other).length === 0;
}

const FIELDS = ["title", "audience", "locale", "tags", "owner", "review_by", "effective_from", "effective_until", "redirect_from"] as const;

function applied(base: string, mine: string, theirs: string): string | null {
  const patch = structuredPatch("text", "text", `${base}\n`, `${mine}\n`, undefined, undefined, { context: 1 });
  const text = applyPatch(`${theirs}\n`, patch);
  return text === false ? null : text.replace(/\n$/, "");
}

function plain(value: Content[keyof Content]): string {
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

/** The words that differ between two texts. Texts that share little are shown as wholly changed. */
export function pieces(was: string | undefined, is: string | undefined): [Piece[] | null, Piece[] | null] {
  if (was === undefined || is === undefined) return [whole(was), whole(is)];
  const parts = diffWordsWithSpace(was, is);
  const shared = parts.filter((part) => !part.added && !part.removed).reduce((sum, part) => sum + part.value.trim().length, 0);
  if (shared * 3 < Math.max(was.length, is.length)) return [whole(was), whole(is)];
  return [
    parts.filter((part) => !part.added).map((part) => ({ text: part.value, changed: part.removed })),
    parts.filter((part) => !part.removed).map((part) => ({ text: part.value, changed: part.added })),
  ];
}

function whole(text: string | undefined): Piece[] | null {
  return text === undefined ? null : [{ text, changed: true }];
}
