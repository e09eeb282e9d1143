import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "../../desk/controller";
import { oneAtATime } from "../../desk/oneAtATime";
import { DeskServer } from "./server";

const INBOX = "GET /desk/inbox";
let server: DeskServer;
let desk: Desk;
const reads = () => server.asked.filter((call) => call === INBOX).length;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new DeskServer();
  desk = await server.signIn();
  server.asked = [];
});

afterEach(() => {
  void desk.signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a line that moves without a pause is read all the while", async () => {
  for (let hints = 0; hints < 20; hints += 1) {
    server.socket.deliver({ kind: "queue" });
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(reads()).toBeGreaterThanOrEqual(5);
  expect(reads()).toBeLessThanOrEqual(9);
});

test("a server that takes its time is asked once at a time, and once more for all who asked meanwhile", async () => {
  let answer = (): void => undefined;
  server.acts[INBOX] = () => new Promise<void>((done) => (answer = done));
  const asked = [desk.refreshQueue(), desk.refreshQueue(), desk.refreshQueue()];
  await vi.advanceTimersByTimeAsync(500);
  expect(reads()).toBe(1);
  answer();
  await asked[0];
  await vi.advanceTimersByTimeAsync(0);
  expect(reads()).toBe(2);
  answer();
  await Promise.all(asked);
  expect(reads()).toBe(2);
});

test("what fails keeps the next from nothing", async () => {
  let tries = 0;
  const read = oneAtATime(async () => {
    tries += 1;
    if (tries === 1) throw new Error("away");
  });
  const both = await Promise.allSettled([read(), read()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(tries).toBe(2);
});
