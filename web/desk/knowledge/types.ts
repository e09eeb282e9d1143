/** The editors' side of the contract, under the names that the pages use. */
import type { Schemas } from "../../shared/types";

export const STATES = ["draft", "in_review", "published", "archived"] as const;
export const AUDIENCES = ["public", "customer", "agent"] as const;
export const GAP_STATES = ["open", "drafted", "closed", "dismissed"] as const;

export type ArticleState = (typeof STATES)[number];
export type Audience = (typeof AUDIENCES)[number];
export type GapState = (typeof GAP_STATES)[number];

export type ArticleLine = Schemas["ListedArticle"];
export type ArticleVersion = Schemas["VersionOut"];
export type VersionLine = Schemas["VersionLine"];
export type HistoryLine = Schemas["HistoryLine"];
export type ArticleDetail = Schemas["ArticleDetail"];
export type Stored = Schemas["ArticleOut"];
export type Brought = Schemas["ImportOut"];
export type Preview = Schemas["PreviewOut"];
export type Impact = Schemas["ImpactOut"];
export type Change = Schemas["ChangeOut"];
export type Shown = Schemas["ShownOut"];
export type Gap = Schemas["GapOut"];
export type GapDetail = Schemas["GapDetail"];
export type VersionFigures = Schemas["VersionFigures"];
export type Analytics = Schemas["AnalyticsOut"];
export type QueryLine = Schemas["QueryLine"];
export type Due = Schemas["DueOut"];

/** What an editor writes; dates are ISO days. */
export type Content = Pick<
  ArticleVersion,
  "title" | "body" | "audience" | "locale" | "tags" | "owner" | "review_by" | "effective_from" | "effective_until" | "redirect_from"
>;

/** One passage that was scored for a question; `dropped` says why it is not shown. */
export interface Candidate {
  chunk_id: string;
  title: string;
  section: string;
  score: number;
  nearness: number;
  lexical: number;
  dropped: string | null;
}

/** What happened between a question and its answer. */
export interface Trace {
  query: string;
  context: string | null;
  context_weight: number;
  audience: string;
  locale: string;
  backend: string;
  generation: number;
  candidates: Candidate[];
  signs: {
    nearness: number;
    coverage: number;
    margin: number;
    known: number | null;
    unknown: number | null;
    own: number | null;
    leaning: number | null;
  } | null;
  confidence: number;
  threshold: number;
  found: boolean;
  milliseconds: Record<string, number>;
}

export type Answer = Omit<Schemas["AnswerOut"], "trace"> & { trace: Trace };
