/** The editors' side of the HTTP contract. */
import type { Api } from "../../shared/api";
import type { Schemas } from "../../shared/types";
import type { Analytics, Answer, ArticleDetail, ArticleLine, Content, Gap, GapDetail, Impact, Preview, Stored } from "./types";

export interface Question {
  text: string;
  audience: string;
  locale: string;
  /** What was said before in the same conversation, oldest first. */
  history: readonly string[];
}

export function knowledgeCalls(request: Api["request"]) {
  const article = (id: string, ...rest: string[]) => ["/articles", encodeURIComponent(id), ...rest].join("/");
  const gap = (id: string, ...rest: string[]) => ["/knowledge/gaps", encodeURIComponent(id), ...rest].join("/");
  const move = (id: string, base: number, state: string, note: string) =>
    request<Stored>("PATCH", article(id), { body: { base_version: base, state, note } });
  const step = (id: string, verb: string, note: string) => request<Gap>("POST", gap(id, verb), { body: { note } });

  return {
    async articles(q: string, signal: AbortSignal): Promise<ArticleLine[]> {
      const { articles } = await request<Schemas["ArticleList"]>("GET", "/articles", { query: { q }, signal });
      return articles;
    },
    article: (id: string, signal?: AbortSignal) => request<ArticleDetail>("GET", article(id), { ...(signal && { signal }) }),
    async version(id: string, version: number, signal?: AbortSignal) {
      const detail = await request<ArticleDetail>("GET", article(id), { query: { version }, ...(signal && { signal }) });
      return detail.version;
    },
    create: (id: string, content: Content) => request<Stored>("POST", "/articles", { body: { id, ...content } }),
    save: (id: string, base: number, change: Partial<Content>, note: string) =>
      request<Stored>("PATCH", article(id), { body: { base_version: base, ...change, note } }),
    submit: (id: string, base: number, note: string) => move(id, base, "in_review", note),
    sendBack: (id: string, base: number, note: string) => move(id, base, "draft", note),
    archive: (id: string, base: number, note: string) => move(id, base, "archived", note),
    restore: (id: string, base: number) => move(id, base, "draft", ""),
    publish: (id: string, base: number, note: string) =>
      request<Stored>("POST", article(id, "publish"), { body: { base_version: base, note } }),
    schedule: (id: string, base: number, at: string, note: string) =>
      request<Stored>("POST", article(id, "schedule"), { body: { base_version: base, publish_at: at, note } }),
    unschedule: (id: string) => request<Stored>("DELETE", article(id, "schedule")),
    rollback: (id: string, to: number, base: number) =>
      request<Stored>("POST", article(id, "rollback"), { body: { to_version: to, base_version: base } }),
    /** Of publishing a version, or of taking the article away (null). */
    impact: (id: string, version: number | null, signal: AbortSignal) =>
      // Every past question is asked twice: that may take a while on a small machine.
      request<Impact>("GET", article(id, "impact"), { query: version === null ? { withdraw: "true" } : { version }, signal, timeout: 60_000 }),
    figures: (id: string, days: number, signal: AbortSignal) =>
      request<Schemas["ArticleFigures"]>("GET", article(id, "figures"), { query: { days }, signal }),

    preview: (content: Pick<Content, "title" | "body" | "audience" | "locale">, signal: AbortSignal) =>
      request<Preview>("POST", "/knowledge/preview", { body: content, signal }),
    answer({ text, audience, locale, history }: Question, signal: AbortSignal) {
      const asked = new URLSearchParams({ q: text, audience, locale });
      for (const turn of history) asked.append("history", turn);
      return request<Answer>("GET", `/knowledge/answer?${asked}`, { signal });
    },

    async gaps(state: string, order: string, signal: AbortSignal): Promise<Gap[]> {
      const { gaps } = await request<Schemas["GapList"]>("GET", "/knowledge/gaps", { query: { ...(state && { state }), order }, signal });
      return gaps;
    },
    async topGaps(month: string, signal: AbortSignal): Promise<Gap[]> {
      const { gaps } = await request<Schemas["TopGaps"]>("GET", "/knowledge/gaps/top", { query: { month }, signal });
      return gaps;
    },
    gap: (id: string, signal: AbortSignal) => request<GapDetail>("GET", gap(id), { signal }),
    draftGap: (id: string, title: string) => request<Schemas["GapDrafted"]>("POST", gap(id, "draft"), { body: { title } }),
    mergeGap: (id: string, into: number) => request<Gap>("POST", gap(id, "merge"), { body: { into } }),
    closeGap: (id: string, note: string) => step(id, "close", note),
    dismissGap: (id: string, note: string) => step(id, "dismiss", note),
    reopenGap: (id: string, note: string) => step(id, "reopen", note),

    analytics: (days: number, channel: string, signal: AbortSignal) =>
      request<Analytics>("GET", "/knowledge/analytics", { query: { days, channel }, signal }),
    allFigures: (days: number, signal: AbortSignal) =>
      request<Schemas["FiguresOut"]>("GET", "/knowledge/figures", { query: { days }, signal }),
    async audit(signal: AbortSignal) {
      const { entries } = await request<Schemas["AuditOut"]>("GET", "/knowledge/audit", { query: { limit: 200 }, signal });
      return entries;
    },
    calendar: (days: number, signal: AbortSignal) =>
      request<Schemas["CalendarOut"]>("GET", "/knowledge/calendar", { query: { days }, signal }),
  };
}

export type KnowledgeCalls = ReturnType<typeof knowledgeCalls>;
