import { describe, expect, test } from "vitest";
import { type Canned, fill, findCanned, insertAt, orderNumber, slashAt, unfilled, valuesOf } from "../../desk/canned";
import { COMMANDS, findCommands, ready } from "../../desk/commands";
import { INITIAL } from "../../desk/state";
import type { HandoffDetail } from "../../shared/types";
import { said } from "../shared/builders";

const reply = (shortcut: string, title: string) => ({ id: shortcut, shortcut, title, text: "" }) as Canned;

describe("a slash", () => {
  test.each([
    ["/", 1, ""],
    ["/hel", 4, "hel"],
    ["Hi /he", 6, "he"],
    ["Hi /he there", 6, "he"],
    ["and/or", 6, null],
    ["see https://x.example/a", 23, null],
    ["/he llo", 7, null],
  ])("in %j at %i looks for %j", (text, cursor, asked) => expect(slashAt(text, cursor)).toBe(asked));

  test("is replaced by the reply, and the cursor stands behind it", () => {
    expect(insertAt("Hi /he there", 6, "Hello")).toEqual({ text: "Hi Hello there", cursor: 8 });
    expect(insertAt("Hi", 2, "there")).toEqual({ text: "Hi there", cursor: 8 });
    expect(insertAt("", 0, "there")).toEqual({ text: "there", cursor: 5 });
  });

  test("finds what begins so before what holds it", () => {
    const replies = [reply("say-hello", "x"), reply("hello", "y"), reply("bye", "Say hello later")];
    expect(findCanned(replies, "hel").map((each) => each.id)).toEqual(["hello", "say-hello", "bye"]);
  });
});

describe("variables", () => {
  test("are filled from the packet and the session; what is not known stays to be seen", () => {
    const detail = { packet: { customer: { name: "Mara Voss" }, need: { slots: { order_id: { value: "OB-1", source: "customer" } } } }, events: [] } as unknown as HandoffDetail;
    const values = valuesOf(detail, { id: "a", email: "", name: "Ana", roles: [], expires_at: "" });
    expect(fill("{customer_name}, {order_number}, {agent_name}", values)).toBe("Mara Voss, OB-1, Ana");
    const left = fill("{customer_name}, {order_number}", { agent_name: "Ana" });
    expect(unfilled(left)).toEqual(["customer_name", "order_number"]);
    expect(unfilled("{something else}")).toEqual([]);
  });

  test("take the order that the customer named last", () => {
    const events = [said(2, "customer", "It is OB-1041"), said(3, "bot", "Do you mean OB-9999?"), said(4, "customer", "No, OB-1042!")];
    expect(orderNumber({ packet: {}, events } as unknown as HandoffDetail)).toBe("OB-1042");
    expect(orderNumber(null)).toBeNull();
  });
});

describe("commands", () => {
  test("have one key each, and none that would take a letter twice", () => {
    const keys = COMMANDS.flatMap(({ key }) => (key ? [key] : []));
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
  });

  test("are found by the beginnings of their words", () => {
    expect(findCommands(COMMANDS, "close conv").map(({ id }) => id)).toEqual(["close"]);
    expect(findCommands(COMMANDS, "hand-over")[0]?.id).toBe("packet");
    expect(findCommands(COMMANDS, "zzz")).toEqual([]);
  });

  test("that cannot be done now are not offered", () => {
    const ids = (list: boolean) => ready(COMMANDS, INITIAL, list).map(({ id }) => id);
    expect(ids(true)).not.toContain("accept");
    expect(ids(true)).toContain("next");
    expect(ids(false)).not.toContain("next");
    expect(ids(false)).toContain("settings");
  });
});
