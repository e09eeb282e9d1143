import { expect, test } from "vitest";
import { isNarrowed, readSaved, type SavedView, same, withoutSaved, withSaved } from "../../desk/saved";

const view = (name: string, change: Partial<SavedView> = {}): SavedView => ({ name, view: "open", filter: { queue: "senior", reason: null }, query: "", ...change });

test("a view is kept under its name, and another of the same name takes its place", () => {
  const saved = withSaved(withSaved([], view(" Seniors ", { query: " tent " })), view("Late", { view: "late" }));
  expect(saved.map(({ name, query }) => [name, query])).toEqual([
    ["Seniors", "tent"],
    ["Late", ""],
  ]);
  expect(withSaved(saved, view("Seniors", { view: "closed" })).map(({ name, view: which }) => [name, which])).toEqual([
    ["Late", "late"],
    ["Seniors", "closed"],
  ]);
  expect(withoutSaved(saved, "Late").map(({ name }) => name)).toEqual(["Seniors"]);
});

test("only what is narrowed down is worth a name", () => {
  expect(isNarrowed(view(""))).toBe(true);
  expect(isNarrowed(view("", { filter: { queue: null, reason: null }, query: " " }))).toBe(false);
  expect(same(view("one", { query: "tent " }), view("two", { query: "tent" }))).toBe(true);
  expect(same(view("one"), view("one", { view: "work" }))).toBe(false);
});

test("what was kept is read again, and what is no view is left out", () => {
  expect(readSaved(JSON.stringify([view("Seniors"), { name: "x" }, null, view("", {}), view("y", { view: "none" as "open" })]))).toEqual([view("Seniors")]);
  for (const broken of [null, "", "{", "{}", "7"]) expect(readSaved(broken)).toEqual([]);
});
