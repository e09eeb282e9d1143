/** The readers' side of the HTTP contract. */
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
  const sample = (id: string, ...rest: string[]) => ["/qa/samples", encodeURIComponent(id), ...rest].join("/");
  return {
    samples: (signal: AbortSignal) => request<Sample[]>("GET", "/qa/samples", { signal }),
    draw: (draw: Draw) => request<Sample[]>("POST", "/qa/samples", { body: draw, timeout: 60_000 }),
    scorecard: (signal: AbortSignal) => request<Question[]>("GET", "/qa/scorecard", { signal }),
    open: (id: string, signal: AbortSignal) => request<Schemas["OpenedOut"]>("GET", sample(id), { signal }),
    judge: (id: string, judgement: Judgement) => request<Sample>("PUT", sample(id, "review"), { body: judgement }),
    comment: (conversationId: string, body: Schemas["CommentIn"]) =>
      request<unknown>("POST", `/qa/conversations/${encodeURIComponent(conversationId)}/comments`, { body }),
    makeScenario: (conversationId: string, about: string) =>
      request<Made>("POST", `/conversations/${encodeURIComponent(conversationId)}/scenario`, { body: { about } }),
    scenarios: (signal: AbortSignal) => request<Made[]>("GET", "/scenarios", { signal }),
    report: (days: number, signal: AbortSignal) => request<Report>("GET", "/qa/report", { query: { days }, signal }),
    coaching: (signal: AbortSignal) => request<Comment[]>("GET", "/qa/coaching/me", { signal }),
  };
}

export type QualityCalls = ReturnType<typeof qualityCalls>;
