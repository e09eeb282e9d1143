import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Publishing } from "../../../desk/knowledge/Publishing";
import type { ArticleLine, ArticleVersion } from "../../../desk/knowledge/types";
import { article, version } from "./builders";

const TODAY = "2026-05-04";
const place = document.createElement("div");
const calls = {
  impact: () => Promise.resolve({ asked: 0, changes: [] }),
  preview: () => Promise.resolve({ kept_back: [] }),
  version: () => Promise.resolve(version(1)),
  publish: vi.fn(() => Promise.resolve({ published_version: 2 })),
};

beforeEach(() => document.body.append(place));

afterEach(() => {
  render(null, place);
  place.remove();
});

/** What the page says of an article whose newest version has these dates. */
async function told(line: Partial<ArticleLine>, dates: Partial<ArticleVersion>): Promise<string> {
  const detail = { article: article("tents", { latest_version: 2, ...line }), version: version(2, dates), versions: [], history: [], today: TODAY, timezone: "Pacific/Auckland" };
  const part = { desk: {}, calls, detail, onChanged: () => {}, unsaved: false };
  await act(() => render(<Publishing {...(part as never as Parameters<typeof Publishing>[0])} />, place));
  return place.textContent ?? "";
}

test.each([
  [{}, "is published and answers."],
  [{ effective_until: TODAY }, "is published and answers."],
  [{ effective_from: "2026-05-05" }, "answers from"],
  [{ effective_until: "2026-05-03" }, "it answers nothing any more"],
])("of a published version with %j it says what customers get today", async (dates, wanted) => {
  expect(await told({ published_version: 2 }, dates)).toContain(wanted);
});

test.each([
  [null, { effective_until: "2026-05-03" }, "it would answer nothing"],
  [1, { effective_until: "2026-05-03" }, "it would answer nothing"],
  [null, { effective_from: "2026-05-05" }, "nothing is answered from it before"],
  [1, { effective_from: "2026-05-05" }, "the published version goes on answering"],
])("before publishing over version %j, %j is warned of", async (published_version, dates, wanted) => {
  expect(await told({ state: "draft", published_version }, dates)).toContain(wanted);
});

test("before publishing what is true today, nothing is warned of", async () => {
  expect(await told({ state: "draft", published_version: 1 }, {})).not.toMatch(/would answer|goes on answering/);
});

test.each([
  ["2026-05-06T13:00:00Z", "2026-05-06", "it would answer nothing"],
  ["2026-05-06T11:00:00Z", "2026-05-06", ""],
])("what is planned for %s is judged by the day that it is for the company", async (moment, effective_until, wanted) => {
  await told({ state: "draft", published_version: 1 }, { effective_until });
  const field = place.querySelector<HTMLInputElement>("input[type=datetime-local]")!;
  const at = new Date(moment);
  // What the field holds is the browser's own time.
  field.value = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
  expect(place.querySelector(".k-steps [role=status]")?.textContent ?? "").toContain(wanted);
  expect(Boolean(place.querySelector(".k-steps [role=status]"))).toBe(wanted !== "");
});
