import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ArticleList } from "../../../desk/knowledge/ArticleList";
import { article } from "./builders";

const place = document.createElement("div");
const many = Array.from({ length: 250 }, (_, at) => article(`a${at}`, { title: `About ${String(at).padStart(3, "0")}` }));
const part = { calls: { articles: () => Promise.resolve(many) }, places: { search: { current: null } } };
const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 20))));
const rows = () => place.querySelectorAll(".k-row").length;
const more = () => place.querySelector<HTMLButtonElement>(".k-more button");

beforeEach(() => document.body.append(place));

afterEach(() => {
  render(null, place);
  place.remove();
});

test("a long list is drawn a part at a time, and counted whole", async () => {
  await act(() => render(<ArticleList {...(part as never as Parameters<typeof ArticleList>[0])} filters={{ sort: "title" }} />, place));
  await settle();
  expect(rows()).toBe(100);
  expect(place.querySelector(".k-count")?.textContent).toContain("250 articles");
  await act(() => more()?.click());
  expect(rows()).toBe(200);
  expect(more()?.textContent).toBe("Show 50 more of 50");
  await act(() => more()?.click());
  expect(rows()).toBe(250);
  expect(more()).toBe(null);
});
