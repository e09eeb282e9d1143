import { expect, test } from "vitest";
import { byWhen } from "../../../desk/knowledge/agenda";
import { dayText, momentText, share, span, sparkPoints, who } from "../../../desk/knowledge/format";
import { knowledgeEn, k, named } from "../../../desk/knowledge/words";
import type { Due } from "../../../desk/knowledge/types";
import { article } from "./builders";

test("a day of the contract is that day everywhere", () => {
  expect(dayText("2026-03-01")).toBe(new Date(2026, 2, 1).toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" }));
});

test("a moment is local, with its year only where it is another one", () => {
  const now = new Date(2026, 5, 1).getTime();
  expect(momentText(new Date(2026, 4, 3, 14, 5).toISOString(), now)).not.toMatch(/2026/);
  expect(momentText(new Date(2025, 4, 3, 14, 5).toISOString(), now)).toMatch(/2025/);
  expect(momentText("nonsense", now)).toBe("");
});

test.each([
  [30_000, { unit: "minutes", count: 1 }],
  [89 * 60_000, { unit: "minutes", count: 89 }],
  [90 * 60_000, { unit: "hours", count: 2 }],
  [47 * 3_600_000, { unit: "hours", count: 47 }],
  [72 * 3_600_000, { unit: "days", count: 3 }],
  [-5, { unit: "minutes", count: 0 }],
])("%d ms in one unit", (length, wanted) => expect(span(length)).toEqual(wanted));

test("no share of nothing is claimed", () => {
  expect(share(0, 0)).toBe("–");
  expect(share(3, 8)).toBe("38\u00a0%");
  expect(who("")).toBe("–");
});

test("a line of points stays in its box, also when all are nothing", () => {
  expect(sparkPoints([0, 0, 0], 100, 20)).toBe("2.0,18.0 50.0,18.0 98.0,18.0");
  expect(sparkPoints([0, 4], 100, 20)).toBe("2.0,18.0 98.0,2.0");
  expect(sparkPoints([1], 100, 20)).toBe("2.0,2.0");
});

test("plural forms and codes in words; an unknown code is shown as it is", () => {
  expect([k("articleCount", { count: 1 }), k("articleCount", { count: 2 })]).toEqual(["1 article", "2 articles"]);
  expect(named("state", "in_review")).toBe("In review");
  expect(named("span", "hours", 1)).toBe("1 hour");
  expect(named("event", "brand_new")).toBe("brand new");
});

test("no text asks for something that nobody gives", () => {
  for (const message of Object.values(knowledgeEn))
    for (const form of typeof message === "string" ? [message] : Object.values(message)) expect(form).not.toMatch(/\{\s*\}|undefined/);
});

test("what is due comes late first, then this week, then by month", () => {
  const due = (due_at: string, late_by_days: number): Due => ({ kind: "review", due_at, late_by_days, article: article(due_at) });
  const chapters = byWhen([due("2026-04-20", -41), due("2026-03-12", -2), due("2026-03-01", 9), due("2027-01-02", -298)], new Date(2026, 2, 10));
  expect(chapters.map(({ when, entries }) => [when, entries.map(({ due_at }) => due_at)])).toEqual([
    ["late", ["2026-03-01"]],
    ["week", ["2026-03-12"]],
    ["month", ["2026-04-20"]],
    ["month", ["2027-01-02"]],
  ]);
  expect(chapters[3]?.title).toContain("2027");
});
