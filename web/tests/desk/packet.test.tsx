import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { linesOf } from "../../desk/components/Overflow";
import { PacketPanel } from "../../desk/components/PacketPanel";
import { SidePanel } from "../../desk/components/SidePanel";
import type { Desk } from "../../desk/controller";
import { EMPTY } from "../../shared/reduce";
import type { HandoffDetail, Packet } from "../../shared/types";
import { colleague } from "./builders";
import { DeskServer, refused } from "./server";

const packet = {
  ids: { handoff_id: "h1", conversation_id: "cnv_1", first_contact_at: "2026-01-05T09:00:00Z", wait_started_at: "2026-01-05T09:00:00Z" },
  customer: { customer_id: "cus_1", name: "Mara Voss", verification: "identity_token", verified_at: "2026-01-05T08:30:00Z" },
  why: { reason: "explicit_request" },
  need: {},
  mood: {},
  routing: { queue: "support", requested_agent: "agt_7" },
  summary: { problem: "Late", tried: "Nothing yet.", wants: "a refund", next_best_action: "Say hello" },
  advice: { policy: "Refunds within 30 days." },
  operations: [{ operation_id: "op_77", kind: "refund", state: "failed", summary: "Refund of 20.00", arguments: { amount: "20.00", card: "[card]" } }],
  overflow: [{ part: "tried", items: 2, reference: "/handoffs/h1/packet/tried" }],
  tried: [],
  articles: [],
  promises: [],
  approvals: [],
  completeness: 0.8,
} as unknown as Packet;

let server: DeskServer;
let desk: Desk;
let place: HTMLElement;
const settle = () => vi.advanceTimersByTimeAsync(300);
const button = (text: string) => [...place.querySelectorAll("button")].find((each) => each.textContent?.startsWith(text));

beforeEach(async () => {
  vi.useFakeTimers();
  place = document.body.appendChild(document.createElement("div"));
  server = new DeskServer();
  server.acts["GET /handoffs/h1/summary"] = () => refused(503, "unavailable", "Later.");
  server.acts["GET /agents"] = () => ({ agents: [colleague("agt_7", { name: "Idris" })] });
  desk = await server.signIn();
  render(<PacketPanel desk={desk} detail={{ ...server.detail("h1"), packet } as HandoffDetail} owed={null} />, place);
  await settle();
});

afterEach(async () => {
  render(null, place);
  place.remove();
  await desk.signOut();
  await settle();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("names the colleague it is meant for, the rule, since when the customer is verified, and what a step was given", () => {
  const text = place.textContent ?? "";
  expect(text).toContain("Meant forIdris");
  expect(text).not.toContain("agt_7");
  expect(text).toContain("What our rules sayRefunds within 30 days.");
  expect(text).toMatch(/verified by the shop’s sign-in · .*\d/);
  for (const line of ["Idop_77", "amount20.00", "card[card]"]) expect(text).toContain(line);
});

test("what was left out is read whole, hidden again, and a refusal is told", async () => {
  server.acts["GET /handoffs/h1/packet/tried"] = () => refused(503, "unavailable", "Please try again.");
  button("Show all: tried (2)")?.click();
  await settle();
  expect(place.querySelector(".overflow")?.textContent).toContain("Please try again.");
  const step = { seq: 3, kind: "answer", text: "It is on_its way." };
  server.acts["GET /handoffs/h1/packet/tried"] = () => ({ part: "tried", items: [step] });
  button("Show all: tried (2)")?.click();
  await settle();
  expect(place.querySelector(".overflow li .jump")?.textContent).toBe("answer · It is on_its way.");
  button("Hide: tried (2)")?.click();
  await settle();
  expect(place.querySelector(".overflow li")).toBeNull();
});

test.each([
  [[0.2, 1], ["0.2", "1"]],
  [{ order_number: { value: "A-1", source: "customer", seq: 2 } }, ["order number: A-1"]],
  [[{ kind: "card", count: 1, seq: 4 }], ["card"]],
])("every shape of a part has a line: %j", (items, lines) => {
  expect(linesOf(items).map(({ text }) => text)).toEqual(lines);
});

test("the words of one conversation's summary never stand in another's packet", async () => {
  server.acts["GET /handoffs/h1/summary"] = () => ({ ...packet.summary, problem: "Mara waits for boots.", worded: ["problem"], model: "m" });
  const show = (id: string) => {
    const detail = { ...server.detail(id), packet } as HandoffDetail;
    const view = { id, status: "ready", detail, conversation: EMPTY, busy: null, problem: null } as const;
    render(<SidePanel desk={desk} state={desk.store.get()} view={view} onClose={() => {}} onJump={() => {}} />, place);
  };
  show("h1");
  await settle();
  expect(place.textContent).toContain("Mara waits for boots.");
  server.acts["GET /handoffs/h2/summary"] = () => refused(503, "unavailable", "Later.");
  show("h2");
  await settle();
  expect(place.textContent).not.toContain("Mara waits for boots.");
  expect(place.textContent).toContain("Late");
});
