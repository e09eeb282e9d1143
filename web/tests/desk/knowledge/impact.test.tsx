import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ArchiveDialog } from "../../../desk/knowledge/ArchiveDialog";
import { knowledgeCalls } from "../../../desk/knowledge/calls";
import { Versions } from "../../../desk/knowledge/Versions";
import { article, version } from "./builders";

const place = document.createElement("div");
const shown = { article_id: "tents", version: 2, section: "Hire", found: true, confidence: 0.9, text: "A tent costs 12 euros." };
const change = { question: "what does a tent cost", times: 3, last_asked_at: "2026-05-04T09:00:00Z", conversation_id: null, kind: "lost", before: shown, after: { ...shown, found: false, article_id: null, text: "" } };
/** The same words, asked by a customer and by a visitor. */
const impact = { article_id: "tents", version: null, asked: 9, changes: [change, { ...change, times: 1 }], milliseconds: 1 };
const request = vi.fn(() => Promise.resolve(impact));
const calls = knowledgeCalls(request as never);
const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 20))));

beforeEach(() => {
  document.body.append(place);
  request.mockClear();
});

afterEach(() => {
  render(null, place);
  place.remove();
});

test("before an article is archived, the questions that lose their answer are shown", async () => {
  await act(() => render(<ArchiveDialog calls={calls} article={article("tents")} onDone={() => {}} onArchive={() => {}} />, place));
  await settle();
  expect(request).toHaveBeenCalledWith("GET", "/articles/tents/impact", expect.objectContaining({ query: { withdraw: true } }));
  expect([...place.querySelectorAll("dialog h3")].map(({ textContent }) => textContent)).toEqual(["“what does a tent cost”", "“what does a tent cost”"]);
  expect(place.querySelector(".k-shown.is-unknown h4")?.textContent).toBe("Without it");
});

test("a draft that nobody reads is archived without asking anything again", async () => {
  await act(() => render(<ArchiveDialog calls={calls} article={article("tents", { published_version: null })} onDone={() => {}} onArchive={() => {}} />, place));
  await settle();
  expect(request).not.toHaveBeenCalled();
});

test("before going back, the effect of the version that answers again is shown", async () => {
  const detail = { article: article("tents", { latest_version: 2, published_version: 2 }), version: version(2), versions: [version(2), version(1)], history: [] };
  const part = { desk: {}, calls, detail, onChanged: () => {}, unsaved: false };
  await act(() => render(<Versions {...(part as never as Parameters<typeof Versions>[0])} />, place));
  await act(() => [...place.querySelectorAll("button")].find(({ textContent }) => textContent === "Go back to version 1")?.click());
  await settle();
  expect(request).toHaveBeenCalledWith("GET", "/articles/tents/impact", expect.objectContaining({ query: { version: 1 } }));
  expect(place.querySelectorAll("dialog .k-change")).toHaveLength(2);
});
