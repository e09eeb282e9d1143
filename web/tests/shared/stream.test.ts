import { expect, test } from "vitest";
import { ConversationStream } from "../../shared/stream";
import type { EventPage } from "../../shared/types";
import { FakeSocket } from "../support/server";

test("a log that was restored from a backup is read anew from its beginning", async () => {
  let applied = 9;
  let forgotten = 0;
  const asked: number[] = [];
  const log = [1, 2].map((seq) => ({ seq, type: "hidden" }));
  const stream = new ConversationStream({
    seq: () => applied,
    hasGap: () => false,
    read: (after) => {
      asked.push(after);
      return Promise.resolve({ events: log.filter((event) => event.seq > after), head_seq: 2, epoch: 1 } as unknown as EventPage);
    },
    open: () => new FakeSocket() as unknown as WebSocket,
    onEvent: (event) => (applied = event.seq),
    onTyping: () => undefined,
    onConnection: () => undefined,
    onShorterLog: () => {
      forgotten += 1;
      applied = 0;
    },
    onCaughtUp: () => undefined,
    onRefused: () => undefined,
  });

  await stream.start();
  stream.stop();

  expect(asked).toEqual([9, 0]);
  expect([forgotten, applied]).toEqual([1, 2]);
});
