/** Which episodes the figures are of: the period, and one value of a dimension. It stands in the address. */
import * as client from "../../contract/client";
import { type Api, addressOf } from "../../shared/api";
import type { Takes } from "../../shared/operations";

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

const begin = (scope: Scope, now: number) => Math.floor((now - scope.days * DAY) / HOUR) * HOUR;

/** As the server is asked. From `days` ago, to the hour: the same question within an hour is the same address. */
export function query(scope: Scope, now = Date.now()): { since: string } & Partial<Record<Dimension, string>> {
  return { since: new Date(begin(scope, now)).toISOString(), ...(scope.only && { [scope.only.by]: scope.only.value }) };
}

export const keyOf = (scope: Scope) => new URLSearchParams(named(scope)).toString();

export const figuresOf = (scope: Scope) => `${ROOT}?${keyOf(scope)}`;

export type Part = "hits" | "all";
const SIDES = ["theirs", "ours", "resolved", "counted"] as const;
/** Of a definition: where it and ours disagree, what it resolves, and all that it is taken of. */
export type Side = (typeof SIDES)[number];

/** What all episodes of a list have in common beside the scope: a day, a need, a reason of a hand-over. */
export interface Common {
  by: (typeof COMMON)[number];
  value: string;
}
const COMMON = ["day", ...DIMENSIONS, "reason", "queue", "exclusion", "outcome", "because"] as const;

/** Which episodes a page lists: behind a figure, on which a definition and ours disagree, or with something in common. */
export interface Listed {
  metric: string | null;
  part: Part;
  judged: string | null;
  definition: string | null;
  side: Side;
  common: Common | null;
}

/** What the address of a list says; null where it is none. */
export function listedOf(hash: string): Listed | null {
  if (!hash.startsWith(`${ROOT}/episodes`)) return null;
  const asked = new URLSearchParams(hash.split("?", 2)[1] ?? "");
  const by = COMMON.find((each) => each === asked.get("with"));
  return {
    metric: asked.get("metric"),
    part: asked.get("part") === "all" ? "all" : "hits",
    judged: asked.get("judged"),
    definition: asked.get("definition"),
    side: SIDES.find((each) => each === asked.get("side")) ?? "theirs",
    common: by ? { by, value: asked.get("value") ?? "" } : null,
  };
}

type Asked = NonNullable<Takes<"list_episodes">["query"]>;

/** As the server is asked for a list. */
export function listQuery(scope: Scope, listed: Listed, now = Date.now()): Asked {
  const { metric, part, judged, common } = listed;
  return { ...query(scope, now), ...(metric && { metric, part }), ...(judged && { judged }), ...(common && commonQuery(common, begin(scope, now))) };
}

/** A day is a period, of which the scope may have begun in the middle; an outcome is a status and its evidence. */
function commonQuery({ by, value }: Common, since: number): Asked {
  if (by === "outcome") {
    const [status = "", evidence = ""] = value.split("/");
    return { status, evidence };
  }
  if (by !== "day") return { [by]: value };
  const start = Date.parse(`${value}T00:00:00Z`);
  return { since: new Date(Math.max(start, since)).toISOString(), until: new Date(start + DAY).toISOString() };
}

const listAt = (asked: Record<string, string>, scope: Scope) => `${ROOT}/episodes?${new URLSearchParams({ ...asked, ...named(scope) })}`;

/** The address of the episodes behind a figure, or of all that it is taken of. */
export const behind = (metric: string, scope: Scope, part: Part = "hits", common: Common | null = null) => listAt({ metric, ...(part !== "hits" && { part }), ...(common && { with: common.by, value: common.value }) }, scope);

/** The address of the eligible episodes, of those that do not count, or of the silent ones, with something in common. */
export function sharing(common: Common, scope: Scope): string {
  if (common.by === "exclusion") return listAt({ with: common.by, value: common.value }, scope);
  return common.by === "because" ? behind("silence", scope, "hits", common) : behind("handover", scope, "all", common);
}

/** The address of the silent endings of which the judge says this. */
export const judgedAs = (judged: string, scope: Scope) => listAt({ metric: "silence", judged }, scope);

/** The address of the episodes on which a definition and ours disagree. */
export const apart = (definition: string, side: Side, scope: Scope) => listAt({ definition, side }, scope);

type Tallied = Takes<"tallies_table">["query"]["of"];
type Paged = { after?: string | null; format?: "csv"; most?: number };

/** The server is asked for a list: of a figure's episodes, or of those on which a definition and ours disagree. */
export function listEpisodes(request: Api["request"], scope: Scope, listed: Listed, paged: Paged, signal?: AbortSignal) {
  const more = signal && { signal };
  if (!listed.definition) return client.listEpisodes(request, { query: { ...paged, ...listQuery(scope, listed) }, ...more });
  return client.listDisagreements(request, listed.definition, { query: { ...paged, ...query(scope), side: listed.side }, ...more });
}

/** A list as a table: the newest ten thousand. */
export const csvOfList = (scope: Scope, listed: Listed) =>
  addressOf((request) => listEpisodes(request, scope, listed, { format: "csv", most: 10_000 }));

const asTable = (scope: Scope) => ({ format: "csv" as const, ...query(scope) });

/** Addresses of the figures as tables. */
export const csvOf = {
  summary: (scope: Scope) => addressOf((request) => client.insightsSummary(request, { query: asTable(scope) })),
  judge: (scope: Scope) => addressOf((request) => client.judgeStanding(request, { query: asTable(scope) })),
  definitions: (scope: Scope) => addressOf((request) => client.compareDefinitions(request, { query: asTable(scope) })),
  trends: (scope: Scope, by: string, metric: string) =>
    addressOf((request) => client.listTrends(request, { query: { ...asTable(scope), by, metric } })),
  tallies: (scope: Scope, of: Tallied) => addressOf((request) => client.talliesTable(request, { query: { ...query(scope), of } })),
  curve: (scope: Scope) => addressOf((request) => client.repeatCurveTable(request, { query: query(scope) })),
};
