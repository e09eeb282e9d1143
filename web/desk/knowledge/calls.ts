/** The editors' side of the HTTP contract. */
import * as client from "../../contract/client";
import type { Api } from "../../shared/api";
import type { Takes } from "../../shared/operations";
import type { Schemas } from "../../shared/types";
import type { Answer, Audience, Content, GapState } from "./types";

type SearchChannel = NonNullable<Takes<"knowledge_analytics">["query"]>["channel"];
type GapOrder = NonNullable<Takes<"list_gaps">["query"]>["order"];

export interface Question {
  text: string;
  audience: Audience;
  locale: string;
  /** What was said before in the same conversation, oldest first. */
  history: readonly string[];
}

export function knowledgeCalls(request: Api["request"]) {
  const move = (id: string, base: number, state: Schemas["ArticlePatch"]["state"], note: string) =>
    client.patchArticle(request, id, { body: { base_version: base, state, note } });

  return {
    articles: async (q: string, signal: AbortSignal) => (await client.listArticles(request, { query: { q }, signal })).articles,
    article: (id: string, signal?: AbortSignal) => client.getArticle(request, id, { ...(signal && { signal }) }),
    version: async (id: string, version: number, signal?: AbortSignal) =>
      (await client.getArticle(request, id, { query: { version }, ...(signal && { signal }) })).version,
    create: (id: string, content: Content) => client.createArticle(request, { body: { id, ...content } }),
    save: (id: string, base: number, change: Partial<Content>, note: string) =>
      client.patchArticle(request, id, { body: { base_version: base, ...change, note } }),
    submit: (id: string, base: number, note: string) => move(id, base, "in_review", note),
    sendBack: (id: string, base: number, note: string) => move(id, base, "draft", note),
    archive: (id: string, base: number, note: string) => move(id, base, "archived", note),
    restore: (id: string, base: number) => move(id, base, "draft", ""),
    publish: (id: string, base: number, note: string) =>
      client.publishArticle(request, id, { body: { base_version: base, note } }),
    schedule: (id: string, base: number, at: string, note: string) =>
      client.scheduleArticle(request, id, { body: { base_version: base, publish_at: at, note } }),
    unschedule: (id: string) => client.unscheduleArticle(request, id),
    rollback: (id: string, to: number, base: number) =>
      client.rollbackArticle(request, id, { body: { to_version: to, base_version: base } }),
    /** Of publishing a version, or of taking the article away (null). */
    impact: (id: string, version: number | null, signal: AbortSignal) =>
      // Every past question is asked twice: that may take a while on a small machine.
      client.articleImpact(request, id, { query: version === null ? { withdraw: true } : { version }, signal, timeout: 60_000 }),
    figures: (id: string, days: number, signal: AbortSignal) => client.articleFigures(request, id, { query: { days }, signal }),

    /** Files, or one zip of them. Every text is cut and embedded: that may take minutes. */
    bringIn(files: readonly File[]) {
      const raw = new FormData();
      // A folder's files keep their place in it: the ways to ask stand beside their article.
      for (const file of files) raw.append("files", file, file.webkitRelativePath || file.name);
      return client.importArticles(request, { raw, timeout: 900_000 });
    },
    preview: (body: Pick<Content, "title" | "body" | "audience" | "locale">, signal: AbortSignal) =>
      client.previewText(request, { body, signal }),
    answer: ({ text: q, audience, locale, history }: Question, signal: AbortSignal) =>
      client.answerQuestion(request, { query: { q, audience, locale, history: [...history] }, signal }) as Promise<unknown> as Promise<Answer>,

    gaps: async (state: GapState | "", order: GapOrder, signal: AbortSignal) =>
      (await client.listGaps(request, { query: { ...(state && { state }), order }, signal })).gaps,
    topGaps: async (month: string, signal: AbortSignal) => (await client.topGaps(request, { query: { month }, signal })).gaps,
    gap: (id: string, signal: AbortSignal) => client.getGap(request, id, { signal }),
    draftGap: (id: string, title: string) => client.draftGap(request, id, { body: { title } }),
    mergeGap: (id: string, into: number) => client.mergeGap(request, id, { body: { into } }),
    closeGap: (id: string, note: string) => client.closeGap(request, id, { body: { note } }),
    dismissGap: (id: string, note: string) => client.dismissGap(request, id, { body: { note } }),
    reopenGap: (id: string, note: string) => client.reopenGap(request, id, { body: { note } }),

    analytics: (days: number, channel: SearchChannel, signal: AbortSignal) =>
      client.knowledgeAnalytics(request, { query: { days, channel }, signal }),
    allFigures: (days: number, signal: AbortSignal) => client.knowledgeFigures(request, { query: { days }, signal }),
    audit: async (signal: AbortSignal) => (await client.knowledgeAudit(request, { query: { limit: 200 }, signal })).entries,
    calendar: (days: number, signal: AbortSignal) => client.knowledgeCalendar(request, { query: { days }, signal }),
  };
}

export type KnowledgeCalls = ReturnType<typeof knowledgeCalls>;
