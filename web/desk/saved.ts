/** Views of one's own: a view of the inbox with its filters and its search, under a name, in this browser. */
import { type InboxFilter, type InboxView, VIEWS } from "./inbox";

export interface Shown {
  view: InboxView;
  filter: InboxFilter;
  query: string;
}

export interface SavedView extends Shown {
  name: string;
}

export const LONGEST_NAME = 40;

export function same(one: Shown, other: Shown): boolean {
  return one.view === other.view && one.filter.queue === other.filter.queue && one.filter.reason === other.filter.reason && one.query.trim() === other.query.trim();
}

/** Whether it differs from what the built-in views show, so that it is worth a name. */
export function isNarrowed({ filter, query }: Shown): boolean {
  return !!(filter.queue || filter.reason || query.trim());
}

/** Under the name of another it takes that one's place. */
export function withSaved(saved: readonly SavedView[], view: SavedView): SavedView[] {
  const name = view.name.trim().slice(0, LONGEST_NAME);
  return [...withoutSaved(saved, name), { ...view, name, query: view.query.trim() }];
}

export function withoutSaved(saved: readonly SavedView[], name: string): SavedView[] {
  return saved.filter((each) => each.name !== name);
}

/** What was kept; what cannot be read is left out. */
export function readSaved(kept: string | null): SavedView[] {
  try {
    const value: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(value) ? value.filter(isSaved) : [];
  } catch {
    return [];
  }
}

function isSaved(value: unknown): value is SavedView {
  const { name, view, filter, query } = (value ?? {}) as Partial<SavedView>;
  const code = (text: unknown) => text === null || typeof text === "string";
  return typeof name === "string" && !!name && VIEWS.includes(view as InboxView) && typeof query === "string" && !!filter && code(filter.queue) && code(filter.reason);
}
