import { render } from "preact";
import { expect, test, vi } from "vitest";
import type { KnowledgeCalls } from "../../../desk/knowledge/calls";
import { KeptBack, KeptBackOf } from "../../../desk/knowledge/KeptBack";
import { content } from "./builders";

test("a sentence that no answer may say is named with its section", () => {
  const place = document.createElement("div");
  render(<KeptBack found={[{ section: "Refunds", sentence: "We have refunded it." }]} />, place);
  expect(place.querySelector("li")?.textContent).toBe("Refunds: “We have refunded it.”");
  render(<KeptBack found={[]} />, place);
  expect(place.textContent).toBe("");
});

test("it is told of the version that is about to be published", async () => {
  const preview = vi.fn(async () => ({ html: "", chunks: [], problems: [], unfinished: [], kept_back: [{ section: "", sentence: "Done." }] }));
  const place = document.createElement("div");
  render(<KeptBackOf calls={{ preview } as unknown as KnowledgeCalls} name="refunds:2" content={content()} />, place);
  await vi.waitFor(() => expect(place.querySelector("li")?.textContent).toBe("“Done.”"));
  expect(preview).toHaveBeenCalledOnce();
});
