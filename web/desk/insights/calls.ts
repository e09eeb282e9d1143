/** The analysts' side of the HTTP contract. */
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";
import { type Dimension, type Listed, listAsked, query, type Scope } from "./scope";

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
    episodes: (scope: Scope, listed: Listed, after: string | null, signal: AbortSignal) => {
      const asked = listAsked(scope, listed);
      return request<Page>("GET", asked.path, { query: { ...asked.query, ...(after && { after }) }, signal });
    },
    judge: (scope: Scope, signal: AbortSignal) => request<Standing>("GET", "/insights/judge", { query: query(scope), signal, timeout: 30_000 }),
    calibrate: () => request<Schemas["CalibrationOut"]>("POST", "/insights/judge/calibrations", { timeout: 60_000 }),
    definitions: (scope: Scope, signal: AbortSignal) =>
      request<Vendor[]>("GET", "/insights/definitions", { query: query(scope), signal, timeout: 30_000 }),
    take: (conversationId: string) => request<Schemas["SampleOut"]>("POST", "/qa/samples/named", { body: { conversation_id: conversationId } }),
  };
}

export type InsightsCalls = ReturnType<typeof insightsCalls>;
