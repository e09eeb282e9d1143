/** The analysts' side of the HTTP contract. */
import * as client from "../../contract/client";
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";
import { type Dimension, type Listed, listEpisodes, query, type Scope } from "./scope";

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
      client.insightsSummary(request, { query: query(scope), signal, timeout: 30_000 }),
    trend: (scope: Scope, by: "day" | Dimension, metric: string, signal: AbortSignal) =>
      client.listTrends(request, { query: { ...query(scope), by, metric }, signal, timeout: 30_000 }),
    episodes: (scope: Scope, listed: Listed, after: string | null, signal: AbortSignal) =>
      listEpisodes(request, scope, listed, { after }, signal),
    judge: (scope: Scope, signal: AbortSignal) => client.judgeStanding(request, { query: query(scope), signal, timeout: 30_000 }),
    calibrate: () => client.calibrateJudge(request, { timeout: 60_000 }),
    definitions: (scope: Scope, signal: AbortSignal) =>
      client.compareDefinitions(request, { query: query(scope), signal, timeout: 30_000 }),
    take: (conversationId: string) => client.takeSample(request, { body: { conversation_id: conversationId } }),
  };
}

export type InsightsCalls = ReturnType<typeof insightsCalls>;
