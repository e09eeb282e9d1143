import { describe, expect, test } from "vitest";
import { fieldChanges, folded, merge, type Row, sameContent, sideBySide } from "../../../desk/knowledge/compare";
import { content } from "./builders";

const text = (row: Row, side: "left" | "right"): string | null =>
  row.kind === "same" ? row.text : (row[side]?.pieces.map((piece) => piece.text).join("") ?? null);
const rebuilt = (rows: Row[], side: "left" | "right") =>
  rows.map((row) => text(row, side)).filter((line): line is string => line !== null).join("\n");

const PAIRS: [string, string][] = [
  ["", ""],
  ["", "new\nlines"],
  ["gone", ""],
  ["one\ntwo\nthree", "one\n2\nthree"],
  ["a\nb\nc\nd", "b\nx\nc\ny\nz"],
  ["same\n\nsame\n\nsame", "same\n\nother\n\nsame\n"],
];

describe("side by side", () => {
  test.each(PAIRS)("%j beside %j holds both texts whole", (before, after) => {
    const rows = sideBySide(before, after);
    expect(rebuilt(rows, "left")).toBe(before);
    expect(rebuilt(rows, "right")).toBe(after);
  });

  test("lines are numbered on each side", () => {
    const rows = sideBySide("a\nb\nc", "a\nc");
    expect(rows.map((row) => (row.kind === "same" ? [row.left, row.right] : [row.left?.number ?? null, row.right?.number ?? null]))).toEqual([[1, 1], [2, null], [3, 2]]);
  });

  test("within a changed line only the changed words are marked", () => {
    const [row] = sideBySide("You have 30 days to return it.", "You have 60 days to return it.");
    const marked = row?.kind === "changed" ? row.right?.pieces.filter((piece) => piece.changed).map((piece) => piece.text) : [];
    expect(marked).toEqual(["60"]);
  });

  test("lines that share next to nothing are marked whole", () => {
    const [row] = sideBySide("Boots are resoled in Graz.", "Tents need new pegs often");
    expect(row?.kind === "changed" && row.left?.pieces).toEqual([{ text: "Boots are resoled in Graz.", changed: true }]);
  });

  test("long runs of equal lines are folded, and nothing is lost by it", () => {
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
    const rows = sideBySide(lines.join("\n"), [...lines.slice(0, 20), "new", ...lines.slice(20)].join("\n"));
    const stretches = folded(rows);
    expect(stretches.map(({ kind }) => kind)).toEqual(["hidden", "rows", "hidden"]);
    expect(stretches.flatMap((each) => each.rows)).toEqual(rows);
  });
});

describe("putting two edits together", () => {
  const base = content();

  test("edits of different lines both stand", () => {
    const mine = content({ body: base.body.replace("30", "60") });
    const theirs = content({ body: base.body.replace("any store", "the store in Graz") });
    const { content: merged, clean } = merge(base, mine, theirs);
    expect(clean).toBe(true);
    expect(merged.body).toBe("## How long?\n\nYou have 60 days.\n\n## Where?\n\nAt the store in Graz.");
  });

  test("edits of the same line are left to a person, with mine in place", () => {
    const mine = content({ body: base.body.replace("30", "60") });
    const theirs = content({ body: base.body.replace("30", "14") });
    expect(merge(base, mine, theirs)).toEqual({ content: mine, clean: false });
  });

  test("a field that only one changed is theirs who changed it", () => {
    const mine = content({ tags: ["returns", "boots"] });
    const theirs = content({ title: "Sending back", tags: ["returns"] });
    expect(merge(base, mine, theirs).content).toMatchObject({ title: "Sending back", tags: ["returns", "boots"] });
  });

  test("my untouched text gives way to theirs", () => {
    const theirs = content({ body: "Another text" });
    expect(merge(base, content({ title: "Mine" }), theirs).content).toMatchObject({ title: "Mine", body: "Another text" });
  });

  test("an edit of the first and of the last line fit", () => {
    const mine = content({ body: base.body.replace("## How long?", "## For how long?") });
    const theirs = content({ body: `${base.body}\nOr by post.` });
    expect(merge(base, mine, theirs)).toMatchObject({ clean: true, content: { body: "## For how long?\n\nYou have 30 days.\n\n## Where?\n\nAt any store.\nOr by post." } });
  });
});

test("fields are compared by what they say", () => {
  const changes = fieldChanges(content(), content({ tags: ["returns", "boots"], review_by: null, body: "x" }));
  expect(changes).toEqual([
    { name: "tags", before: "returns", after: "returns, boots" },
    { name: "review_by", before: "2027-05-31", after: "" },
  ]);
  expect(sameContent(content(), content({ tags: ["returns"] }))).toBe(true);
});
