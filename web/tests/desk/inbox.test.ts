import { describe, expect, test } from "vitest";
import { inboxOf, isLate, isUnread, keepHeard, matches, merged, tally } from "../../desk/inbox";
import { readDrafts, withDraft } from "../../desk/drafts";
import type { InboxItem, Session } from "../../shared/types";

const ME: Session = { id: "agt_1", email: "a@b.example", name: "Ana", roles: ["agent"], expires_at: "" };

const item = (id: string, more: Partial<InboxItem> = {}) =>
  ({ handoff_id: id, state: "queued", owner: "queue", queue: "support", reason: "frustration", customer_name: "Mara Voss", customer_id: "mara", problem: "Boots", due_at: null, customer_seq: 5, ...more }) as InboxItem;

describe("the inbox", () => {
  test("tells mine, waiting and open apart, and counts them", () => {
    const open = [item("h1"), item("h2", { state: "accepted", owner: "agent:agt_1" }), item("h3", { state: "accepted", owner: "agent:agt_2" })];
    const inbox = inboxOf(open, 7, ME);
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

  test("marks as unread only what is mine and newer than what was read", () => {
    const mine = item("h1", { owner: "agent:agt_1" });
    expect(isUnread(mine, {}, ME)).toBe(true);
    expect(isUnread(mine, { h1: 4 }, ME)).toBe(true);
    expect(isUnread(mine, { h1: 5 }, ME)).toBe(false);
    expect(isUnread(item("h1"), {}, ME)).toBe(false);
  });

  test("an answer that was under way does not take back what was heard meanwhile", () => {
    const mine = (seq: number, problem: string) => inboxOf([item("h1", { owner: "agent:agt_1", customer_seq: seq, problem })], 1, ME);
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
