import { expect, test } from "vitest";
import { nextLook, touchesMails } from "../../desk/mails";
import { EMPTY, reduceAll } from "../../shared/reduce";
import type { Mail } from "../../shared/types";
import { fact, said } from "../shared/builders";

const NOW = Date.parse("2026-01-05T09:00:00Z");
const WAITS: Mail = {
  mail_id: "mail_1",
  seqs: [4],
  state: "waiting",
  told: "Leaves by e-mail.",
  error: null,
  attempts: 0,
  next_at: "2026-01-05T09:00:10Z",
  sent_at: null,
};
const contact = fact(2, "contact.given", { kind: "email", address: "mara@example.com", checked: "format" });
const chat = reduceAll(EMPTY, [fact(1, "conversation.opened", { channel: "web" })]);
const left = reduceAll(chat, [contact]);

test("a mail that waits is looked at after its time, never at once, and one that has left not at all", () => {
  expect(nextLook([WAITS], NOW)).toBe(12_000);
  expect(nextLook([WAITS, { ...WAITS, next_at: "2026-01-05T09:00:05Z" }], NOW)).toBe(7_000);
  expect(nextLook([WAITS], NOW + 60_000)).toBe(3_000);
  expect(nextLook([{ ...WAITS, state: "sent", next_at: null }], NOW)).toBe(null);
  expect(nextLook([], NOW)).toBe(null);
});

test("mails are read anew when an answer to a message, the proof or our own note comes, and for no other word", () => {
  expect(touchesMails(left, said(3, "agent", "On Friday."))).toBe(true);
  expect(touchesMails(chat, said(3, "agent", "On Friday."))).toBe(false);
  expect(touchesMails(left, said(3, "customer", "Thanks"))).toBe(false);
  expect(touchesMails(left, fact(4, "promise.kept", { promise_id: "prm_1", proof: "mail_1", by: "agt_1" }))).toBe(true);
  expect(touchesMails(left, fact(4, "note.added", { text: "Not sent.", author: "system" }))).toBe(true);
  expect(touchesMails(left, fact(4, "note.added", { text: "Mine", author: "agt_1" }, { source: "agent" }))).toBe(false);
});
