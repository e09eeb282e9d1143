/** Which episodes the figures are of: the period, and one value of a dimension. It stands in the address. */
export const PERIODS = [7, 28, 90, 365] as const;
export const DIMENSIONS = ["intent", "channel", "version", "article"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Scope {
  days: number;
  /** At most one dimension is fixed at a time. */
  only: { by: Dimension; value: string } | null;
}

export const ROOT = "#/insights";
const DAY = 24 * 3600 * 1000;
const HOUR = 3600 * 1000;

export function scopeOf(asked: URLSearchParams): Scope {
  const by = DIMENSIONS.find((each) => asked.get(each));
  return {
    days: PERIODS.find((each) => String(each) === asked.get("days")) ?? 28,
    only: by ? { by, value: asked.get(by) as string } : null,
  };
}

/** As the page's address holds it. */
export function named(scope: Scope): Record<string, string> {
  return { days: String(scope.days), ...(scope.only && { [scope.only.by]: scope.only.value }) };
}

/** As the server is asked. From `days` ago, to the hour: the same question within an hour is the same address. */
export function query(scope: Scope, now = Date.now()): Record<string, string> {
  const since = new Date(Math.floor((now - scope.days * DAY) / HOUR) * HOUR).toISOString();
  return { since, ...(scope.only && { [scope.only.by]: scope.only.value }) };
}

export const keyOf = (scope: Scope) => new URLSearchParams(named(scope)).toString();

export const figuresOf = (scope: Scope) => `${ROOT}?${keyOf(scope)}`;

export type Part = "hits" | "all";

/** The address of the episodes behind a figure, or of all that it is taken of. */
export const behind = (metric: string, scope: Scope, part: Part = "hits") => `${ROOT}/episodes?${new URLSearchParams({ metric, ...(part !== "hits" && { part }), ...named(scope) })}`;

/** The address of the silent endings of which the judge says this. */
export const judgedAs = (said: string, scope: Scope) => `${ROOT}/episodes?${new URLSearchParams({ metric: "silence", judged: said, ...named(scope) })}`;

export type Side = "theirs" | "ours";

/** The address of the episodes on which a definition and ours disagree. */
export const apart = (definition: string, side: Side, scope: Scope) => `${ROOT}/episodes?${new URLSearchParams({ definition, side, ...named(scope) })}`;

export const csvOf = (path: string, scope: Scope, more: Record<string, string> = {}) => `/api/v1/insights/${path}?${new URLSearchParams({ format: "csv", ...query(scope), ...more })}`;
