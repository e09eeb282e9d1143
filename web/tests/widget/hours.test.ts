import { describe, expect, test } from "vitest";
import { EMPTY } from "../../shared/reduce";
import { ownerLine } from "../../widget/timeline";
import type { Words } from "../../widget/words";

const words = ((code: string, values: { time?: string } = {}) => [code, values.time].filter(Boolean).join(" ")) as Words;
const line = (opens_at: string | null | undefined, started = false, staffed: boolean | null = null) =>
  ownerLine(EMPTY, started, words, "en-GB", { opens_at, staffed });

describe("before anybody asks for a person", () => {
  test("the head says when people are back, in the reader's form", () => {
    expect(line("2099-03-02T08:00:00.000Z")).toMatch(/^ownerOpens 2 Mar,? /);
  });

  test("and nothing of it within their hours, once these have come, or in a conversation", () => {
    for (const opensAt of [null, undefined, "2020-03-02T08:00:00.000Z"]) expect(line(opensAt)).toBe("ownerNew");
    expect(line("2099-03-02T08:00:00.000Z", true)).toBe("ownerBot");
  });

  test("it says whether people are at the desk, and nothing where nobody can say", () => {
    expect([true, false, null].map((staffed) => line(null, false, staffed))).toEqual(["ownerHere", "ownerAway", "ownerNew"]);
    expect(line("2099-03-02T08:00:00.000Z", false, true)).toMatch(/^ownerOpens/);
    expect(line(null, true, true)).toBe("ownerBot");
    expect(ownerLine(EMPTY, false, words, "en-GB", null)).toBe("ownerNew");
  });
});
