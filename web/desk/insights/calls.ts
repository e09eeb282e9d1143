/** The analysts' side of the HTTP contract. */
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";
import { type Dimension, type Listed, listQuery, query, type Scope } from "./scope";

export type Summary = Schemas["SummaryOut"];
export type Figure = Schemas["FigureOut"];
export type Trend = Schemas["TrendOut"];
export type Vendor = Schemas["VendorOut"];
export type Page = Schemas["EpisodesOut"];
export type Standing = Schemas["StandingOut"];
export type Episode = Schemas["EpisodeOut"];

export function insightsCalls(request: Api["request"]) {
  return {
    summary: (scope: Scope, signal: AbortSignal) =>
      request<Summary>("GET", "/insights/summary", { query: query(scope), signal, timeout: 30_000 }),
    trend: (scope: Scope, by: "day" | Dimension, metric: string, signal: AbortSignal) =>
      request<Trend[]>("GET", "/insights/trends", { query: { ...query(scope), by, metric }, signal, timeout: 30_000 }),
    episodes: (scope: Scope, listed: Listed, after: string | null, signal: AbortSignal) =>
      listed.definition
        ? request<Page>("GET", `/insights/definitions/${encodeURIComponent(listed.definition)}/episodes`, { query: { ...query(scope), side: listed.side, ...(after && { after }) }, signal })
        : request<Page>("GET", "/outcomes", { query: { ...listQuery(scope, listed), ...(after && { after }) }, signal }),
    judge: (scope: Scope, signal: AbortSignal) => request<Standing>("GET", "/insights/judge", { query: query(scope), signal, timeout: 30_000 }),
    calibrate: () => request<Schemas["CalibrationOut"]>("POST", "/insights/judge/calibrations", { timeout: 60_000 }),
    definitions: (scope: Scope, signal: AbortSignal) =>
      request<Vendor[]>("GET", "/insights/definitions", { query: query(scope), signal, timeout: 30_000 }),
    take: (conversationId: string) => request<Schemas["SampleOut"]>("POST", "/qa/samples/named", { body: { conversation_id: conversationId } }),
  };
}

export type InsightsCalls = ReturnType<typeof insightsCalls>;
