/** The readers' side of the HTTP contract. */
import * as client from "../../contract/client";
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";

export type Sample = Schemas["SampleOut"];
export type Opened = Omit<Schemas["OpenedOut"], "events">;
export type Question = Schemas["QuestionOut"];
export type Judgement = Schemas["JudgementIn"];
export type Comment = Schemas["CommentOut"];
export type Report = Schemas["ReportOut"];
export type Made = Schemas["MadeScenario"];
export type Rule = Schemas["DrawIn"]["rule"];

export const RULES: readonly Rule[] = ["random", "high_effort", "disagreement", "complaint", "judge_abstained"];

export interface Draw {
  rule: Rule;
  count: number;
  days: number;
  twice: boolean;
  seed: number;
}

export function qualityCalls(request: Api["request"]) {
  return {
    samples: (signal: AbortSignal) => client.listSamples(request, { signal }),
    draw: (body: Draw) => client.drawSamples(request, { body, timeout: 60_000 }),
    scorecard: (signal: AbortSignal) => client.getScorecard(request, { signal }),
    open: (id: string, signal: AbortSignal) => client.openSample(request, id, { signal }),
    judge: (id: string, body: Judgement) => client.judgeSample(request, id, { body }),
    comment: (conversationId: string, body: Schemas["CommentIn"]) => client.addComment(request, conversationId, { body }),
    makeScenario: (conversationId: string, about: string) => client.makeScenario(request, conversationId, { body: { about } }),
    scenarios: (signal: AbortSignal) => client.listScenarios(request, { signal }),
    report: (days: number, signal: AbortSignal) => client.qualityReport(request, { query: { days }, signal }),
    coaching: (signal: AbortSignal) => client.ownCoaching(request, { signal }),
  };
}

export type QualityCalls = ReturnType<typeof qualityCalls>;
