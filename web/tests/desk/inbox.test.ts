import { describe, expect, test } from "vitest";
import { inboxOf, isLate, isUnread, keepHeard, matches, merged, news, offersOf, tally, withMessage } from "../../desk/inbox";
import { readDrafts, withDraft } from "../../desk/drafts";
import type { FactOf, InboxItem, Session } from "../../shared/types";

const ME: Session = { id: "agt_1", email: "a@b.example", name: "Ana", roles: ["agent"], expires_at: "" };

const item = (id: string, more: Partial<InboxItem> = {}) =>
  ({ handoff_id: id, state: "queued", owner: "queue", queue: "support", reason: "frustration", customer_name: "Mara Voss", customer_id: "mara", problem: "Boots", due_at: null, customer_seq: 5, ...more }) as InboxItem;

const read = (open: InboxItem[]) => inboxOf({ open, total: open.length, answer_within: 180 }, ME);
const own = (id: string, more: Partial<InboxItem> = {}) => item(id, { state: "accepted", owner: "agent:agt_1", ...more });
const said = (seq: number, source: "customer" | "agent") =>
  ({ type: "message.sent", conversation_id: "cnv", seq, source, occurred_at: "2026-01-05T09:00:00.000Z", data: { text: "And now?" } }) as FactOf<"message.sent">;

describe("the inbox", () => {
  test("tells mine, waiting and open apart, and counts them", () => {
    const open = [item("h1"), item("h2", { state: "accepted", owner: "agent:agt_1" }), item("h3", { state: "accepted", owner: "agent:agt_2" })];
    const inbox = inboxOf({ open, total: 7, answer_within: 180 }, ME);
    expect(inbox.mine.map((each) => each.handoff_id)).toEqual(["h2"]);
    expect(inbox.waiting.map((each) => each.handoff_id)).toEqual(["h1"]);
    expect([inbox.open.length, inbox.total, inbox.counts]).toEqual([3, 7, { mine: 1, waiting: 1 }]);
  });

  test("is late at the moment an answer is due, while nobody has it", () => {
    const due = "2026-01-05T09:10:00Z";
    const at = (time: string) => new Date(`2026-01-05T${time}Z`).getTime();
    expect(isLate(item("h1", { due_at: due }), at("09:09:59"))).toBe(false);
    expect(isLate(item("h1", { due_at: due }), at("09:10:00"))).toBe(true);
    expect(isLate(item("h1", { due_at: due, state: "accepted" }), at("10:00:00"))).toBe(false);
    expect(isLate(item("h1"), at("10:00:00"))).toBe(false);
  });

  test("what an owner owes is late too, and a message decides whose turn it is", () => {
    const before = read([own("h1", { conversation_id: "cnv", answer_by: null })]);
    const asked = withMessage(before, said(7, "customer"));
    expect(asked.mine[0]).toMatchObject({ their_turn: true, customer_seq: 7, answer_by: "2026-01-05T09:03:00.000Z", problem: "And now?" });
    const at = (time: string) => new Date(`2026-01-05T${time}Z`).getTime();
    expect([isLate(asked.mine[0]!, at("09:02:59")), isLate(asked.mine[0]!, at("09:03:00"))]).toEqual([false, true]);
    expect(withMessage(asked, said(8, "agent")).mine[0]).toMatchObject({ their_turn: false, answer_by: null });
  });

  test("news are offers, what began to wait, and what customers wrote, and nothing twice", () => {
    const until = "2026-01-05T09:10:00Z";
    const before = read([item("h1"), own("h2"), own("h3"), item("h4", { state: "accepted", owner: "agent:agt_2" })]);
    const after = read([item("h1", { offered_until: until }), own("h2", { customer_seq: 6 }), item("h3"), item("h4"), item("h5")]);
    const ids = (items: InboxItem[]) => items.map((each) => each.handoff_id);
    const told = news(before, after);
    expect([ids(told.offered), ids(told.arrived), ids(told.written)]).toEqual([["h1"], ["h4", "h5"], ["h2"]]);
    expect(Object.values(news(after, after)).flat()).toEqual([]);
    expect(ids(offersOf(after, new Date("2026-01-05T09:09:59Z").getTime()))).toEqual(["h1"]);
    expect(offersOf(after, new Date(until).getTime())).toEqual([]);
  });

  test("marks as unread only what is mine and newer than what was read", () => {
    const mine = item("h1", { owner: "agent:agt_1" });
    expect(isUnread(mine, {}, ME)).toBe(true);
    expect(isUnread(mine, { h1: 4 }, ME)).toBe(true);
    expect(isUnread(mine, { h1: 5 }, ME)).toBe(false);
    expect(isUnread(item("h1"), {}, ME)).toBe(false);
  });

  test("an answer that was under way does not take back what was heard meanwhile", () => {
    const mine = (seq: number, problem: string) => read([item("h1", { owner: "agent:agt_1", customer_seq: seq, problem })]);
    const told = (next: number, before: number) => keepHeard(mine(next, "read"), mine(before, "heard")).mine[0]?.problem;
    expect([told(5, 9), told(9, 9), told(9, 5)]).toEqual(["heard", "read", "read"]);
    expect(keepHeard(mine(5, "read"), null).open[0]?.problem).toBe("read");
  });

  test("filters by queue, reason and words, and shows nothing twice", () => {
    const all = { queue: null, reason: null };
    expect(matches(item("h1"), " mara ", all)).toBe(true);
    expect(matches(item("h1"), "tent", all)).toBe(false);
    expect(matches(item("h1"), "", { queue: "senior", reason: null })).toBe(false);
    expect(matches(item("h1"), "", { queue: "support", reason: "frustration" })).toBe(true);
    expect(merged([item("h1")], [item("h1"), item("h2")]).map((each) => each.handoff_id)).toEqual(["h1", "h2"]);
    expect(tally([item("h1"), item("h2"), item("h3", { queue: "senior" })], "queue")).toEqual([["senior", 1], ["support", 2]]);
  });
});

describe("drafts", () => {
  test("are kept by part, and forgotten when they are empty", () => {
    const one = withDraft({}, "h1", { reply: "Hello" });
    const both = withDraft(one, "h1", { note: "call back" });
    expect(both).toEqual({ h1: { reply: "Hello", note: "call back" } });
    expect(withDraft(one, "h1", { reply: "" })).toEqual({});
  });

  test("that cannot be read are none", () => {
    for (const broken of [null, "", "no json", "3", "[1]", '{"h1": null, "h2": {"reply": 4}}']) expect(Object.keys(readDrafts(broken)).filter((id) => id === "h2")).toEqual([]);
    expect(readDrafts('{"h1": {"reply": "x", "note": ""}}')).toEqual({ h1: { reply: "x", note: "" } });
  });
});
