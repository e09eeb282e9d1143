import { describe, expect, test } from "vitest";
import { EMPTY } from "../../shared/reduce";
import { ownerLine } from "../../widget/timeline";
import type { Words } from "../../widget/words";

const words = ((code: string, values: { time?: string } = {}) => [code, values.time].filter(Boolean).join(" ")) as Words;
const line = (opensAt: string | null | undefined, started = false) => ownerLine(EMPTY, started, words, "en-GB", opensAt);

describe("before anybody asks for a person", () => {
  test("the head says when people are back, in the reader's form", () => {
    expect(line("2099-03-02T08:00:00.000Z")).toMatch(/^ownerOpens 2 Mar,? /);
  });

  test("and nothing of it within their hours, once these have come, or in a conversation", () => {
    for (const opensAt of [null, undefined, "2020-03-02T08:00:00.000Z"]) expect(line(opensAt)).toBe("ownerNew");
    expect(line("2099-03-02T08:00:00.000Z", true)).toBe("ownerBot");
  });
});
