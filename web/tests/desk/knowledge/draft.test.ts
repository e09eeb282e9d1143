import { describe, expect, test } from "vitest";
import { act, begin, contentOf, type Draft, idFor, isBehind, isUnsaved, patchOf, readKept } from "../../../desk/knowledge/draft";
import { content, version } from "./builders";

const edited = (draft: Draft, body: string) => act(draft, { do: "edit", change: { body } });

describe("writing", () => {
  test("starts from what is stored, and only a difference is unsaved", () => {
    const draft = begin(version(3));
    expect(isUnsaved(draft)).toBe(false);
    expect(isUnsaved(edited(draft, "x"))).toBe(true);
    expect(isUnsaved(edited(edited(draft, "x"), draft.stored.body))).toBe(false);
  });

  test("sends only what changed", () => {
    const draft = act(edited(begin(version(1)), "x"), { do: "edit", change: { tags: ["a"] } });
    expect(patchOf(draft)).toEqual({ body: "x", tags: ["a"] });
  });

  test("what is typed while a save is under way stays unsaved on the new version", () => {
    const sent = edited(begin(version(1)), "first");
    const typing = edited(act(sent, { do: "save" }), "first and more");
    const saved = act(typing, { do: "saved", version: 2, content: sent.content });
    expect(saved).toMatchObject({ base: 2, saving: false });
    expect(isUnsaved(saved)).toBe(true);
    expect(saved.content.body).toBe("first and more");
  });

  test("a refusal names the fields, and a field that is mended loses its problem", () => {
    const refused = act(begin(version(1)), { do: "refused", failure: "No.", problems: [{ field: "title", problem: "is missing" }, { field: "body", problem: "is empty" }] });
    expect(act(refused, { do: "edit", change: { title: "Now" } }).problems).toEqual([{ field: "body", problem: "is empty" }]);
  });

  test("discarding goes back to what is stored, and can be taken back", () => {
    const draft = edited(begin(version(1)), "x");
    const discarded = act(draft, { do: "discard" });
    expect(isUnsaved(discarded)).toBe(false);
    expect(act(discarded, { do: "restore", draft })).toEqual(draft);
  });
});

describe("unsaved writing kept in the browser", () => {
  const kept = { base: 2, content: content({ body: "kept" }), at: "2026-01-01T10:00:00Z" };

  test("comes back with its time", () => {
    const draft = begin(version(2), kept);
    expect(draft).toMatchObject({ base: 2, recoveredAt: kept.at });
    expect(draft.content.body).toBe("kept");
    expect(isBehind(draft, 2)).toBe(false);
  });

  test("that fell behind a newer version is noticed", () => {
    expect(isBehind(begin(version(5), kept), 5)).toBe(true);
  });

  test("that says the same as what is stored is not worth a word", () => {
    expect(begin(version(3), { ...kept, content: content() })).toMatchObject({ base: 3, recoveredAt: null });
  });

  test.each([null, "", "{", "[]", "null", '{"base":1}', '{"base":"1","at":"x","content":{"body":""}}'])("%j is nothing", (text) => {
    expect(readKept(text)).toBeNull();
  });

  test("survives the way through text", () => {
    expect(readKept(JSON.stringify(kept))).toEqual(kept);
  });
});

describe("two editors", () => {
  const theirs = version(2, { body: content().body.replace("any store", "Graz") });
  const mine = edited(begin(version(1)), content().body.replace("30", "60"));
  const conflicting = act(act(mine, { do: "save" }), { do: "conflict", conflict: { theirs, base: content() } });

  test("the conflict holds both, and the writing goes on untouched", () => {
    expect(conflicting.content).toEqual(mine.content);
    expect(conflicting).toMatchObject({ saving: false, base: 1 });
  });

  test("both: mine on top of theirs, still to be saved", () => {
    const both = act(conflicting, { do: "resolve", with: "both" });
    expect(both).toMatchObject({ base: 2, conflict: null });
    expect(both.content.body).toContain("60 days");
    expect(both.content.body).toContain("Graz");
    expect(isUnsaved(both)).toBe(true);
  });

  test("mine: my text whole, on their version", () => {
    const kept = act(conflicting, { do: "resolve", with: "mine" });
    expect(kept).toMatchObject({ base: 2, conflict: null, content: mine.content, stored: contentOf(theirs) });
  });

  test("theirs: nothing left to save", () => {
    expect(isUnsaved(act(conflicting, { do: "resolve", with: "theirs" }))).toBe(false);
  });

  test("without a conflict there is nothing to resolve", () => {
    expect(act(mine, { do: "resolve", with: "theirs" })).toBe(mine);
  });
});

test.each([
  ["Returning a tent", "returning-a-tent"],
  ["  Größen & Längen: was passt? ", "gro-en-langen-was-passt"],
  ["Été à Paris", "ete-a-paris"],
  ["???", ""],
  ["a".repeat(100), "a".repeat(80)],
])("the address of %j", (title, id) => expect(idFor(title)).toBe(id));
