import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "../../desk/controller";
import type { OwedPromise } from "../../desk/owed";
import { nextLate } from "../../desk/reminders";
import { promise } from "./builders";
import { DeskServer } from "./server";

let server: DeskServer;
let desk: Desk;
const toasts = () => desk.store.get().toasts.map(({ text }) => text);
const MINUTE = 60_000;
const in10 = (more: Partial<OwedPromise> = {}): OwedPromise => ({
  ...promise,
  state: "open",
  due_at: new Date(Date.now() + 10 * MINUTE).toISOString(),
  ...more,
});
const hint = async () => {
  server.socket.deliver({ kind: "queue" });
  await vi.advanceTimersByTimeAsync(200);
};

beforeEach(async () => {
  vi.useFakeTimers();
  server = new DeskServer();
  desk = await server.signIn();
  desk.setSound(true);
  desk.setNotify(true, true);
  server.rings = 0;
});

afterEach(() => {
  void desk.signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("who promised hears once that it is due soon and once that it is late, in whichever part of the desk", async () => {
  desk.go("insights");
  server.promises = [in10()];
  await hint();
  expect([server.rings, toasts()]).toEqual([0, []]);
  server.promises = [in10({ state: "due_soon" })];
  await hint();
  await hint();
  expect(server.rings).toBe(1);
  expect(toasts()).toEqual([expect.stringMatching(/^You promised, due .*: A call by Friday$/)]);
  expect(server.notified.map(({ text }) => text)).toEqual(toasts());
  // Nobody hints at the moment itself: the desk reads again by its own clock.
  server.promises = [{ ...server.promises[0]!, state: "late" }];
  await vi.advanceTimersByTimeAsync(10 * MINUTE + 1_000);
  expect(server.rings).toBe(2);
  expect(toasts()).toEqual([expect.stringContaining("overdue")]);
  await hint();
  await desk.owed.load();
  expect(server.rings).toBe(2);
  server.notified[1]?.open();
  expect(desk.store.get()).toMatchObject({ section: "conversations", selected: "h1" });
});

test("a colleague's promise calls nobody here, and sound and notifications only as wanted", async () => {
  server.staff = ["agt_1", "agt_2"];
  server.promises = [in10({ owner: "agt_2", state: "late" }), in10({ promise_id: "prm_2", owner: "approvals", state: "late" })];
  await hint();
  expect([server.rings, toasts()]).toEqual([0, []]);
  desk.setSound(false);
  desk.setNotify(false, true);
  server.promises = [in10({ promise_id: "prm_3", state: "late" })];
  await hint();
  expect([server.rings, server.notified.length, toasts().length]).toEqual([0, 0, 1]);
});

test.each(["team:support", "agt_gone"])("what %s owes is told to all whose department it is, once", async (owner) => {
  server.staff = ["agt_1", "agt_2"];
  server.promises = [in10({ owner, state: "due_soon" })];
  await hint();
  await hint();
  expect(toasts()).toEqual([expect.stringMatching(/^Promised by your team, due .*: A call by Friday$/)]);
  server.promises = [{ ...server.promises[0]!, state: "late" }];
  await vi.advanceTimersByTimeAsync(10 * MINUTE + 1_000);
  await hint();
  expect(toasts()).toEqual([expect.stringContaining("overdue")]);
  expect(server.rings).toBe(2);
});

test("who works here is asked once in a while, and only for what presses", async () => {
  server.staff = ["agt_1", "agt_2"];
  const asked = () => server.asked.filter((call) => call === "GET /agents").length;
  server.promises = [in10({ owner: "agt_2" })];
  await hint();
  expect(asked()).toBe(0);
  server.promises = [in10({ owner: "agt_2", state: "late" })];
  await hint();
  await hint();
  expect(asked()).toBe(1);
});

test("the next reading is when the first is late, within the hour", () => {
  const now = Date.now();
  const at = (minutes: number, more: Partial<OwedPromise> = {}) => ({ ...in10(more), due_at: new Date(now + minutes * MINUTE).toISOString() });
  expect(nextLate([at(20), at(5, { owner: "team:support" }), at(-5, { state: "late" })], now)).toBe(5 * MINUTE + 500);
  expect(nextLate([at(10_000)], now)).toBe(60 * MINUTE);
  expect(nextLate([], now)).toBe(null);
});
