import { render } from "preact";
import { expect, test } from "vitest";
import { Story } from "../../desk/components/Story";
import { EMPTY, reduceAll } from "../../shared/reduce";
import type { EventData, Fact } from "../../shared/types";
import { said } from "../shared/builders";

const photo = { id: "att_1", name: "boot.jpg", size: 20_480, media_type: "image/jpeg" };

function told(fact: Fact): string {
  const place = document.createElement("div");
  render(<Story conversation={reduceAll(EMPTY, [fact])} customer="Mara" names={(author) => author} onRetry={() => {}} />, place);
  return place.textContent ?? "";
}

test("a file that was sent without words is a file, not words that were erased", () => {
  const text = told(said(1, "customer", "", { attachments: [photo] }));
  expect(text).toContain("File: boot.jpg");
  expect(text).not.toContain("erased");
});

test.each(["customer", "bot", "agent"] as const)("erased words of the %s are told as erased", (source) => {
  expect(told(said(1, source, "", { erased: true } as Partial<EventData["message.sent"]>))).toContain("erased at the customer’s wish");
});
