import { expect, test } from "vitest";
import { clock, elapsed, hourIn, remaining } from "../../desk/format";

test("the customer's hour, and a zone that is not known stands alone", () => {
  const noon = new Date("2026-01-05T12:00:00Z");
  expect(hourIn("Asia/Tokyo", noon)).toMatch(/^Asia\/Tokyo · (21:00|09:00\sPM) there now$/);
  expect(hourIn("Mars/Olympus", noon)).toBe("Mars/Olympus");
});

test("what is days away or ago is told in days", () => {
  const now = new Date("2026-01-05T12:00:00Z").getTime();
  expect(remaining("2026-01-05T12:00:30Z", now)).toBe("1 min");
  expect(remaining("2026-01-05T14:00:00Z", now)).toBe("2 h");
  expect(remaining("2026-01-05T14:10:00Z", now)).toBe("2 h 10 min");
  expect(remaining("2026-01-12T12:00:00Z", now)).toBe("7 d");
  expect(remaining("2026-01-05T12:00:00Z", now)).toBe("");
  expect(elapsed("2026-01-02T12:00:00Z", now)).toBe("3 d");
});

test("a moment of another year says which", () => {
  const year = new Date().getFullYear();
  expect(clock(`${year - 1}-06-15T12:00:00Z`)).toContain(String(year - 1));
  expect(clock(new Date().toISOString())).not.toContain(String(year));
});
