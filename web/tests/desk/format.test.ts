import { expect, test } from "vitest";
import { hourIn } from "../../desk/format";

test("the customer's hour, and a zone that is not known stands alone", () => {
  const noon = new Date("2026-01-05T12:00:00Z");
  expect(hourIn("Asia/Tokyo", noon)).toMatch(/^Asia\/Tokyo · (21:00|09:00\sPM) there now$/);
  expect(hourIn("Mars/Olympus", noon)).toBe("Mars/Olympus");
});
