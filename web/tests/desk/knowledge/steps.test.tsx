import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Audit } from "../../../desk/knowledge/Audit";
import { GapPage } from "../../../desk/knowledge/GapPage";
import { address, readPlace } from "../../../desk/knowledge/address";

const place = document.createElement("div");
const gap = (id: number, title: string) => ({ id, title, state: "open", audience: "public", locale: "en", count: 2, conversations: 1, trend: [], first_at: "2026-05-04T09:00:00Z", last_at: "2026-05-04T09:00:00Z", draft_id: null, closed_by: null });
const toasts: { text: string; undo: (() => void) | null }[] = [];
const desk = { toast: (text: string, _: null, undo: (() => void) | null) => toasts.push({ text, undo }) };
const calls = {
  gap: () => Promise.resolve({ gap: gap(1, "may dogs come in"), questions: [], history: [] }),
  gaps: () => Promise.resolve([gap(1, "may dogs come in"), gap(2, "are pets welcome"), { ...gap(3, "dürfen Hunde hinein"), locale: "de" }]),
  draftGap: vi.fn(() => Promise.resolve({ article: { id: "dogs" }, answers_found: 0 })),
  mergeGap: vi.fn(() => Promise.resolve({})),
  dismissGap: vi.fn(() => Promise.resolve({})),
  reopenGap: vi.fn(() => Promise.reject(new Error("gone"))),
  audit: () => Promise.resolve([{ occurred_at: "2026-05-04T09:00:00Z", actor: "ed@shop.example", event: "merge", article_id: null, version: null, gap_id: 7, note: "With gap 6." }]),
};
const part = { desk, calls } as never;
const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 20))));
const button = (name: string) => [...place.querySelectorAll("button")].find((each) => each.textContent === name);

beforeEach(() => {
  document.body.append(place);
  toasts.length = 0;
  vi.clearAllMocks();
});

afterEach(() => {
  render(null, place);
  place.remove();
  location.hash = "";
});

test("a draft is made under a title that the editor writes", async () => {
  await act(() => render(<GapPage {...(part as object as Parameters<typeof GapPage>[0])} id="1" />, place));
  await settle();
  const title = place.querySelector<HTMLInputElement>("form input");
  expect(title?.value).toBe("");
  await act(() => {
    if (title) title.value = " Dogs in the shop ";
    title?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => void title?.form?.requestSubmit());
  await settle();
  expect(calls.draftGap).toHaveBeenCalledWith("1", "Dogs in the shop");
  expect(location.hash).toBe(address({ page: "article", id: "dogs", tab: "write" }));
});

test("a question that leans on what was said before is shown with it", async () => {
  const asked = { reason: "unanswered", asked_at: "2026-05-04T09:00:00Z", confidence: 0, article_id: null, handed_over: false };
  const questions = [
    { ...asked, question: "and cats?", said_before: "may dogs come in" },
    { ...asked, question: "where do you park", said_before: null },
  ];
  const followed = { desk, calls: { ...calls, gap: () => Promise.resolve({ gap: gap(1, "and cats?"), questions, history: [] }) } };
  await act(() => render(<GapPage {...(followed as object as Parameters<typeof GapPage>[0])} id="1" />, place));
  await settle();
  const shown = [...place.querySelectorAll(".k-examples li")].map(({ textContent }) => textContent);
  expect(shown[0]).toMatch(/^After: “may dogs come in”“and cats\?”/);
  expect(shown[1]).toMatch(/^“where do you park”/);
});

test("a gap joins another of its language, which is shown then", async () => {
  await act(() => render(<GapPage {...(part as object as Parameters<typeof GapPage>[0])} id="1" />, place));
  await settle();
  const more = place.querySelector("details");
  await act(() => {
    if (more) more.open = true;
    more?.dispatchEvent(new Event("toggle"));
  });
  await settle();
  const choice = more?.querySelector("select");
  expect([...(choice?.options ?? [])].map(({ value }) => value)).toEqual(["", "2"]);
  await act(() => {
    if (choice) choice.value = "2";
    choice?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await act(() => void choice?.form?.requestSubmit());
  await settle();
  expect(calls.mergeGap).toHaveBeenCalledWith("1", 2);
  expect(location.hash).toBe(address({ page: "gap", id: "2" }));
});

test("what a step did is taken back by one press, and a way back that fails says why", async () => {
  await act(() => render(<GapPage {...(part as object as Parameters<typeof GapPage>[0])} id="1" />, place));
  await settle();
  await act(() => button("Not ours to answer")?.click());
  await settle();
  expect(toasts.map(({ text }) => text)).toEqual(["Set aside."]);
  toasts[0]?.undo?.();
  await settle();
  expect(calls.reopenGap).toHaveBeenCalled();
  expect(place.querySelector("[role=alert]")?.textContent).toContain("could not be reached");
  expect(toasts).toHaveLength(1);
});

test("the trail names who did what, and leads there", async () => {
  expect(readPlace(address({ page: "audit" }))).toEqual({ page: "audit" });
  await act(() => render(<Audit {...(part as object as Parameters<typeof Audit>[0])} />, place));
  await settle();
  expect(place.textContent).toContain("Put together");
  expect(place.querySelector("a")?.getAttribute("href")).toBe(address({ page: "gap", id: "7" }));
});
