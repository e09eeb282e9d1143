import type { ArticleLine, ArticleVersion, Content } from "../../../desk/knowledge/types";

export const article = (id: string, more: Partial<ArticleLine> = {}): ArticleLine => ({
  id,
  state: "published",
  latest_version: 1,
  published_version: 1,
  title: `About ${id}`,
  audience: "public",
  locale: "en",
  owner: "nora@shop.example",
  tags: [],
  review_by: null,
  review_overdue: false,
  issue_due_at: null,
  issue_breached: false,
  scheduled_for: null,
  answers: "now",
  created_at: "2026-01-01T09:00:00Z",
  updated_at: "2026-01-01T09:00:00Z",
  ...more,
});

export const content = (more: Partial<Content> = {}): Content => ({
  title: "Returns",
  body: "## How long?\n\nYou have 30 days.\n\n## Where?\n\nAt any store.",
  audience: "public",
  locale: "en",
  tags: ["returns"],
  owner: "nora@shop.example",
  review_by: "2027-05-31",
  effective_from: null,
  effective_until: null,
  redirect_from: [],
  ...more,
});

export const version = (number: number, more: Partial<ArticleVersion> = {}): ArticleVersion => ({
  ...content(),
  version: number,
  base_version: number > 1 ? number - 1 : null,
  note: "",
  author: "nora@shop.example",
  created_at: "2026-01-01T09:00:00Z",
  diff: "",
  ...more,
});
