/** The analysts' side of the HTTP contract. */
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";

export type Summary = Schemas["SummaryOut"];
export type Figure = Schemas["FigureOut"];
export type Trend = Schemas["TrendOut"];
export type Vendor = Schemas["VendorOut"];
export type Page = Schemas["EpisodesOut"];
export type Standing = Schemas["StandingOut"];
export type Side = "theirs" | "ours";
export type Episode = Schemas["EpisodeOut"];

const DAY = 24 * 3600 * 1000;

/** From `days` ago, to the hour: the same question within an hour is the same address. */
export function since(days: number, now = Date.now()): string {
  const hour = 3600 * 1000;
  return new Date(Math.floor((now - days * DAY) / hour) * hour).toISOString();
}

export function insightsCalls(request: Api["request"]) {
  return {
    summary: (days: number, signal: AbortSignal) =>
      request<Summary>("GET", "/insights/summary", { query: { since: since(days) }, signal, timeout: 30_000 }),
    trend: (days: number, metric: string, signal: AbortSignal) =>
      request<Trend[]>("GET", "/insights/trends", { query: { since: since(days), by: "day", metric }, signal, timeout: 30_000 }),
    episodes: (days: number, metric: string, judged: string | null, after: string | null, signal: AbortSignal) =>
      request<Page>("GET", "/outcomes", { query: { since: since(days), metric, ...(judged && { judged }), ...(after && { after }) }, signal }),
    judge: (days: number, signal: AbortSignal) => request<Standing>("GET", "/insights/judge", { query: { since: since(days) }, signal, timeout: 30_000 }),
    calibrate: () => request<Schemas["CalibrationOut"]>("POST", "/insights/judge/calibrations", { timeout: 60_000 }),
    definitions: (days: number, signal: AbortSignal) =>
      request<Vendor[]>("GET", "/insights/definitions", { query: { since: since(days) }, signal, timeout: 30_000 }),
    apart: (days: number, name: string, side: Side, signal: AbortSignal) =>
      request<Page>("GET", `/insights/definitions/${encodeURIComponent(name)}/episodes`, { query: { since: since(days), side }, signal }),
    take: (conversationId: string) => request<Schemas["SampleOut"]>("POST", "/qa/samples/named", { body: { conversation_id: conversationId } }),
  };
}

export type InsightsCalls = ReturnType<typeof insightsCalls>;
