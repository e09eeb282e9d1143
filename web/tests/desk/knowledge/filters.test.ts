import { describe, expect, test } from "vitest";
import { choose, issueClock, narrowing, occurring, readFilters, writeFilters } from "../../../desk/knowledge/filters";
import { article } from "./builders";

const NOW = new Date("2026-03-10T12:00:00").getTime();
const LIST = [
  article("boots", { tags: ["care", "boots"], updated_at: "2026-03-01T00:00:00Z", review_by: "2026-03-11", review_overdue: true }),
  article("recall", { state: "draft", scheduled_for: "2026-03-12T00:00:00Z", tags: ["product-issue"], issue_due_at: "2026-03-10T09:00:00", updated_at: "2026-03-05T00:00:00Z" }),
  article("lamp", { tags: ["product-issue"], issue_due_at: "2026-03-11T09:00:00", locale: "de", review_by: "2026-03-12", answers: "later" }),
  article("playbook", { audience: "agent", owner: "ruth@shop.example", state: "archived", published_version: null, answers: "no", review_by: "2020-01-01" }),
];
const ids = (filters: Record<string, string>) => choose(LIST, readFilters(filters), NOW).map(({ id }) => id);

describe("the list", () => {
  test.each([
    [{}, ["recall", "boots", "lamp", "playbook"]],
    [{ sort: "title" }, ["boots", "lamp", "playbook", "recall"]],
    [{ sort: "review" }, ["playbook", "boots", "lamp", "recall"]],
    [{ state: "draft" }, ["recall"]],
    // A newer draft takes no version from the customers, and a version for a later day answers nobody yet.
    [{ state: "answering" }, ["recall", "boots"]],
    [{ state: "scheduled" }, ["recall"]],
    [{ audience: "agent" }, ["playbook"]],
    [{ locale: "de" }, ["lamp"]],
    [{ tag: "care" }, ["boots"]],
    [{ owner: "ruth@shop.example" }, ["playbook"]],
    [{ review: "overdue" }, ["boots"]],
    [{ issue: "any" }, ["recall", "lamp"]],
    [{ issue: "breached" }, ["recall"]],
    [{ issue: "running" }, ["lamp"]],
    [{ state: "published", tag: "product-issue" }, ["lamp"]],
  ])("%j", (filters, wanted) => expect(ids(filters)).toEqual(wanted));

  test("keeps what it was given as it was", () => {
    const before = LIST.map(({ id }) => id);
    ids({ sort: "title" });
    expect(LIST.map(({ id }) => id)).toEqual(before);
  });
});

test("filters survive the address, and only what narrows is written there", () => {
  const filters = readFilters({ q: "tent", state: "draft", sort: "nonsense" });
  expect(writeFilters(filters)).toEqual({ q: "tent", state: "draft" });
  expect(narrowing(filters)).toBe(1);
  expect(narrowing(readFilters({}))).toBe(0);
});

test("the clock of a product issue runs, then is breached", () => {
  expect(issueClock(article("a"), NOW)).toBe("");
  expect(issueClock(article("a", { issue_due_at: "2026-03-10T12:00:01" }), NOW)).toBe("running");
  expect(issueClock(article("a", { issue_due_at: "2026-03-10T11:59:59" }), NOW)).toBe("breached");
});

test("choices are what occurs, once, in order", () => {
  expect(occurring(LIST, ({ tags }) => tags)).toEqual(["boots", "care", "product-issue"]);
});
