import { expect, it } from "vitest";
import { authorName } from "../../desk/components/authors";
import { INITIAL, type View } from "../../desk/state";
import { EMPTY } from "../../shared/reduce";
import { noteOf, told } from "../../desk/components/told";
import type { Told } from "../../desk/components/told";

const offered = { id: "evt", seq: 3, type: "handoff.offered", data: { handoff_id: "hnd", agent_id: "agt_x7" } } as unknown as Told;
const expired = { id: "evt", seq: 4, type: "handoff.declined", data: { agent_id: "agt_x7", reason: "expired" } } as unknown as Told;

it("begins a line like a sentence, whoever it names", () => {
  const names = (): string => "a colleague";
  expect(told(offered, names)).toBe("Offered to a colleague");
  expect(told(expired, names)).toBe("A colleague did not answer in time");
});

it("calls nobody a colleague who is none", () => {
  const names = (author: string): string => authorName(INITIAL, { conversation: EMPTY } as unknown as View, author);
  const line = (type: string, data: object): string | null => told({ id: "evt", seq: 5, type, data } as unknown as Told, names);
  expect(line("conversation.reopened", { by: "customer" })).toBe("Reopened by the customer");
  expect(line("conversation.closed", { by: "idle" })).toBe("Closed after a long silence");
  expect(line("conversation.closed", { by: "idle", outcome: "no_reply" })).toBe("Closed after a long silence: The customer did not come back");
  expect(line("episode.closed", { reason: "idle" })).toBe("Issue closed: a long silence");
  expect(line("episode.closed", { reason: "closed by agt_x7" })).toBe("Issue closed: closed by a colleague");
});

it("says what the assistant ran into in words, and leaves alone what somebody wrote", () => {
  const note = (reason: string, text: string | null): string | null => noteOf({ reason, note: text });
  expect(note("tool_failure", "out_of_time")).toBe("It did not answer in time");
  expect(note("tool_failure", "status_503")).toBe("status 503");
  expect(note("tool_failure", "Look at my_file.png")).toBe("Look at my_file.png");
  expect(note("asked_for_person", "out_of_time")).toBe("out_of_time");
  expect(note("tool_failure", null)).toBeNull();
});
