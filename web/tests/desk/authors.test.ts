import { expect, it } from "vitest";
import { told } from "../../desk/components/told";
import type { Told } from "../../desk/components/told";

const offered = { id: "evt", seq: 3, type: "handoff.offered", data: { handoff_id: "hnd", agent_id: "agt_x7" } } as unknown as Told;
const expired = { id: "evt", seq: 4, type: "handoff.declined", data: { agent_id: "agt_x7", reason: "expired" } } as unknown as Told;

it("begins a line like a sentence, whoever it names", () => {
  const names = (): string => "a colleague";
  expect(told(offered, names)).toBe("Offered to a colleague");
  expect(told(expired, names)).toBe("A colleague did not answer in time");
});
