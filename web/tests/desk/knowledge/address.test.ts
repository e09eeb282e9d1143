import { expect, test } from "vitest";
import { address, type Place, readPlace, TABS } from "../../../desk/knowledge/address";

const PLACES: Place[] = [
  { page: "articles", filters: {} },
  { page: "articles", filters: { q: "tent & pegs", state: "draft" } },
  { page: "new" },
  ...TABS.map((tab): Place => ({ page: "article", id: "returns-policy", tab })),
  { page: "article", id: "odd/id?#", tab: "versions" },
  { page: "gaps", filters: { state: "closed" } },
  { page: "gap", id: "7" },
  { page: "playground", filters: { q: "who? when?" } },
  { page: "searches" },
  { page: "calendar" },
];

test.each(PLACES)("$page survives a reload", (place) => {
  expect(readPlace(address(place))).toEqual(place);
});

test("an address that means nothing is the list", () => {
  for (const hash of ["", "#/conversations/7", "#/knowledge/nowhere", "#/knowledge/articles", "#/knowledge/%E0%A4%A"])
    expect(readPlace(hash)).toEqual({ page: "articles", filters: {} });
});

test("an unknown part of an article is its text", () => {
  expect(readPlace("#/knowledge/articles/returns/nonsense")).toEqual({ page: "article", id: "returns", tab: "write" });
});
