import { describe, expect, test } from "vitest";
import { addEcho, agentName, type Conversation, type Echo, EMPTY, hasGap, markEcho, reduce, reduceAll } from "../../shared/reduce";
import type { LogEvent } from "../../shared/types";
import { fact, hidden, said, seeded, shuffled, story } from "./builders";

const echo = (id: string, text: string): Echo => ({ id, text, choice: null, at: "", status: "sending", reason: null });
const after = (seq: number): Conversation => reduceAll(EMPTY, story().slice(0, seq));

describe("before and after", () => {
  test("a snapshot at any point, plus the events after it, is the whole", () => {
    const whole = reduceAll(EMPTY, story());
    for (let cut = 0; cut <= story().length; cut += 1) {
      expect(reduceAll(after(cut), story().slice(cut))).toEqual(whole);
    }
  });

  test("a resume that overlaps changes nothing", () => {
    const whole = reduceAll(EMPTY, story());
    expect(reduceAll(after(6), story().slice(2))).toEqual(whole);
    expect(reduce(whole, story()[3] as LogEvent)).toBe(whole);
  });

  test("any order of delivery, with repeats, ends in the same state", () => {
    const whole = reduceAll(EMPTY, story());
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const delivered = shuffled([...story(), ...shuffled(story(), random).slice(0, 4)], random);
      expect(reduceAll(EMPTY, delivered), `seed ${seed}`).toEqual(whole);
    }
  });

  test("no event is changed and the earlier state stays what it was", () => {
    const before = after(4);
    const copy = structuredClone(before);
    reduceAll(before, story().slice(4));
    expect(before).toEqual(copy);
  });
});

describe("gaps", () => {
  test("what is ahead waits until the gap is filled", () => {
    const ahead = reduce(after(3), story()[5] as LogEvent);
    expect(hasGap(ahead)).toBe(true);
    expect(ahead.seq).toBe(3);
    expect(ahead.facts).toEqual(after(3).facts);
    const filled = reduceAll(ahead, [story()[4] as LogEvent, story()[3] as LogEvent]);
    expect(hasGap(filled)).toBe(false);
    expect(filled).toEqual(after(6));
  });

  test("a hidden event keeps the numbers whole and shows nothing", () => {
    const state = reduceAll(EMPTY, [fact(1, "conversation.opened", { channel: "web" }), hidden(2), hidden(3)]);
    expect(state.seq).toBe(3);
    expect(state.facts).toHaveLength(1);
  });

  test("an event of a kind that this reader does not know is kept and harms nothing", () => {
    const unknown = { ...fact(2, "promise.kept", { promise_id: "p", proof: "" }), type: "weather.changed" };
    const state = reduceAll(after(1), [unknown as unknown as LogEvent, said(3, "bot", "Hello")]);
    expect(state.seq).toBe(3);
  });
});

describe("owner", () => {
  test.each([
    [6, { kind: "bot" }],
    [7, { kind: "queue", position: 2 }],
    [8, { kind: "agent", id: "agt_1", name: "Ana" }],
    [10, { kind: "none" }],
  ])("after event %i", (seq, owner) => {
    expect(after(seq).owner).toEqual(owner);
  });

  test("handing back, transfer and reopening", () => {
    const returned = reduce(after(9), fact(10, "handoff.returned", { handoff_id: "h1", by: "agt_1" }, { epoch: 4 }));
    expect(returned.owner).toEqual({ kind: "bot" });
    const moved = reduce(after(9), fact(10, "handoff.transferred", { handoff_id: "h1", by: "agt_1", queue: "senior" }));
    expect(moved.owner).toEqual({ kind: "queue", position: null });
    expect(reduce(after(10), fact(11, "conversation.reopened", { by: "customer" })).owner).toEqual({ kind: "bot" });
  });

  test("the epoch never goes back", () => {
    expect(after(10).epoch).toBe(4);
    expect(reduce(after(10), said(11, "bot", "late")).epoch).toBe(4);
  });

  test("a person's name is known by the id that signs the messages", () => {
    expect(agentName(after(9), "agt_1")).toBe("Ana");
    expect(agentName(after(9), "agent:agt_1")).toBe("Ana");
    expect(agentName(after(9), "agt_2")).toBeNull();
  });
});

describe("choices", () => {
  test("are open under the latest message that has some, and used up by the words of one", () => {
    expect(after(4).choices).toMatchObject({ seq: 4, used: null });
    expect(after(5).choices).toMatchObject({ seq: 4, used: "c1" });
  });

  test("stay open while the customer writes something else", () => {
    expect(reduce(after(4), said(5, "customer", "What about my fleece?")).choices?.used).toBeNull();
  });

  test("are replaced by newer ones and gone when a person has the conversation", () => {
    const newer = reduce(after(4), said(5, "bot", "Or?", { choices: [{ label: "Tent", choice: "c3" }] }));
    expect(newer.choices).toMatchObject({ seq: 5, used: null });
    expect(after(8).choices).toBeNull();
  });
});

describe("local echo", () => {
  test("leaves when its event comes, whatever its state was", () => {
    const waiting = markEcho(addEcho(after(1), echo("m1", "Where is my order?")), "m1", "failed");
    expect(waiting.echoes).toHaveLength(1);
    const arrived = reduce(waiting, story()[1] as LogEvent);
    expect(arrived.echoes).toEqual([]);
    expect(arrived).toEqual(after(2));
  });

  test("of another message stays, in the order of writing", () => {
    const waiting = addEcho(addEcho(after(1), echo("m1", "one")), echo("m9", "two"));
    expect(reduce(waiting, story()[1] as LogEvent).echoes.map(({ id }) => id)).toEqual(["m9"]);
  });

  test("of a choice uses the choice up at once", () => {
    const pressed = addEcho(after(4), { ...echo("m2", "Boots"), choice: "c1" });
    expect(pressed.choices?.used).toBe("c1");
  });
});
