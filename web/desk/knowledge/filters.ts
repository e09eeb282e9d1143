/** Which articles the list shows, and in which order. Pure. */
import { type ArticleLine, STATES } from "./types";

export const SORTS = ["changed", "title", "review"] as const;
export type Sort = (typeof SORTS)[number];

export interface Filters {
  q: string;
  state: string;
  audience: string;
  locale: string;
  tag: string;
  owner: string;
  /** "overdue": past the company's day on which somebody should have read it again. */
  review: string;
  /** "running" or "breached": a product issue whose article must be brought up to date. */
  issue: string;
  sort: Sort;
}

export function readFilters(from: Readonly<Record<string, string>>): Filters {
  const text = (name: string) => from[name] ?? "";
  return {
    q: text("q"),
    state: text("state"),
    audience: text("audience"),
    locale: text("locale"),
    tag: text("tag"),
    owner: text("owner"),
    review: text("review"),
    issue: text("issue"),
    sort: SORTS.find((each) => each === from.sort) ?? "changed",
  };
}

/** Only what differs from the whole list goes into the address. */
export function writeFilters(filters: Filters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([name, value]) => value && !(name === "sort" && value === "changed")));
}

/** How many filters narrow the list; words and order are not counted. */
export function narrowing(filters: Filters): number {
  const { q: _q, sort: _sort, ...rest } = filters;
  return Object.values(rest).filter(Boolean).length;
}

/** "running", "breached" or "": the clock of an article about a product issue. It runs on while the list is open. */
export function issueClock(article: Pick<ArticleLine, "issue_due_at">, now: number): string {
  if (!article.issue_due_at) return "";
  return new Date(article.issue_due_at).getTime() < now ? "breached" : "running";
}

/** States of the work, and two that say what customers get: a newer draft hides no version that answers. */
export const STANDS = [...STATES, "answering", "scheduled"] as const;

function stands(wanted: string, { state, answers, scheduled_for }: ArticleLine): boolean {
  if (wanted === "answering") return answers === "now";
  return wanted === "scheduled" ? scheduled_for !== null : !wanted || wanted === state;
}

/** Of the articles that hold the words, which the server looked for in their whole text. */
export function choose(articles: readonly ArticleLine[], filters: Filters, now: number): ArticleLine[] {
  const same = (wanted: string, value: string) => !wanted || wanted === value;
  const kept = articles.filter((each) => {
    const clock = issueClock(each, now);
    return (
      stands(filters.state, each) &&
      same(filters.audience, each.audience) &&
      same(filters.locale, each.locale) &&
      same(filters.owner, each.owner) &&
      (!filters.tag || each.tags.includes(filters.tag)) &&
      (!filters.review || each.review_overdue) &&
      (!filters.issue || (filters.issue === "any" ? clock !== "" : clock === filters.issue))
    );
  });
  return kept.sort(ORDER[filters.sort]);
}

const byTitle = (a: ArticleLine, b: ArticleLine) => a.title.localeCompare(b.title);
const ORDER: Record<Sort, (a: ArticleLine, b: ArticleLine) => number> = {
  changed: (a, b) => b.updated_at.localeCompare(a.updated_at) || byTitle(a, b),
  title: byTitle,
  // Without a day of review an article comes last.
  review: (a, b) => (a.review_by ?? "9999").localeCompare(b.review_by ?? "9999") || byTitle(a, b),
};

/** The values to choose from, as they occur, in order. */
export function occurring(articles: readonly ArticleLine[], of: (article: ArticleLine) => readonly string[]): string[] {
  return [...new Set(articles.flatMap(of))].filter(Boolean).sort((a, b) => a.localeCompare(b));
}
