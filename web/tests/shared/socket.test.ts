import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ReconnectingSocket } from "../../shared/socket";
import { FakeSocket } from "../support/server";

let opened: FakeSocket[];
let downs: number[];
let ups: number;
let refusals: number;

const make = (random = () => 0.5) =>
  new ReconnectingSocket({
    open: () => {
      const socket = new FakeSocket();
      opened.push(socket);
      return socket as unknown as WebSocket;
    },
    onFrame: () => undefined,
    onUp: () => (ups += 1),
    onDown: (failures) => downs.push(failures),
    onRefused: () => (refusals += 1),
    random,
  });

const last = () => opened.at(-1) as FakeSocket;
const accept = () => {
  last().readyState = 1;
  last().onopen?.();
  last().deliver({ kind: "heartbeat" });
};

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  downs = [];
  ups = refusals = 0;
});
afterEach(() => vi.useRealTimers());

test("waits between half and the whole of a doubling step, up to fifteen seconds", () => {
  for (const [random, share] of [[() => 0, 0.5], [() => 1, 1]] as const) {
    const socket = make(random);
    socket.start();
    for (const step of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      expect(socket.delay()).toBe(step * share);
      last().drop(1006);
      vi.advanceTimersByTime(step * share);
    }
    socket.stop();
  }
});

test("a first frame, not the open socket, counts as up and starts the steps anew", () => {
  const socket = make();
  socket.start();
  last().drop(1006);
  last().readyState = 1;
  vi.advanceTimersByTime(1_000);
  last().onopen?.();
  expect(ups).toBe(0);
  last().deliver({ kind: "heartbeat" });
  expect(ups).toBe(1);
  expect(socket.delay()).toBe(375);
});

test("a point that the log cannot have (4400) signs nobody out: it is asked again, and reading over HTTP says more", () => {
  make().start();
  last().drop(4400);
  expect([refusals, downs]).toEqual([0, [1]]);
  vi.advanceTimersByTime(500);
  expect(opened).toHaveLength(2);
});

test("silence of two and a half heartbeats is a dead line", () => {
  make().start();
  accept();
  vi.advanceTimersByTime(49_000);
  last().deliver({ kind: "heartbeat" });
  vi.advanceTimersByTime(49_000);
  expect(opened).toHaveLength(1);
  vi.advanceTimersByTime(2_000);
  expect(downs).toEqual([0]);
});

test("a try that neither opens nor fails is given up after ten seconds", () => {
  make().start();
  vi.advanceTimersByTime(9_000);
  expect(downs).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(opened).toHaveLength(2);
});

test("a nudge leaves an open line alone, a renewal replaces it", () => {
  const socket = make();
  socket.start();
  accept();
  socket.nudge();
  expect(opened).toHaveLength(1);
  socket.renew();
  accept();
  expect([opened.length, ups]).toEqual([2, 2]);
});

test.each([4401, 4404])("close code %i ends the tries and says so", (code) => {
  make().start();
  last().drop(code);
  vi.advanceTimersByTime(120_000);
  expect(opened).toHaveLength(1);
  expect(refusals).toBe(1);
});

test("frames that are no frames are passed over", () => {
  make().start();
  accept();
  expect(() => last().onmessage?.({ data: "{" })).not.toThrow();
  expect(() => last().onmessage?.({ data: "null" })).not.toThrow();
});

test("a stopped socket stays stopped", () => {
  const socket = make();
  socket.start();
  accept();
  socket.stop();
  socket.nudge();
  vi.advanceTimersByTime(120_000);
  expect(opened).toHaveLength(1);
});
