import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { COMMANDS } from "../../desk/commands";
import type { Desk } from "../../desk/controller";
import { fact, said } from "../shared/builders";
import { item } from "./builders";
import { DeskServer } from "./server";

let server: DeskServer;
let desk: Desk;
const settle = () => vi.advanceTimersByTimeAsync(200);
const offered = () => COMMANDS.find(({ id }) => id === "reopen")?.ready?.(desk.store.get());

beforeEach(async () => {
  vi.useFakeTimers();
  server = new DeskServer();
  desk = await server.signIn();
});

afterEach(() => {
  void desk.signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function closedBy(agent: string): Promise<void> {
  const took = fact(2, "handoff.accepted", { handoff_id: "h1", agent_id: agent, agent_name: "Somebody" });
  server.events = [said(1, "customer", "Where are my boots?"), took, fact(3, "conversation.closed", { by: agent, outcome: "resolved" })];
  server.details.h1 = { state: "closed", owner: "none" };
  desk.select("h1");
  await settle();
}

test("what I closed is opened again, and the hand-over that begins takes the place of the old one", async () => {
  await closedBy("agt_1");
  expect(offered()).toBe(true);
  server.acts["POST /handoffs/h1/reopen"] = () => {
    server.details = { h1: { state: "closed", owner: "agent:agt_1" }, h9: { state: "accepted", owner: "agent:agt_1" } };
    server.open = [item("h9", { state: "accepted", owner: "agent:agt_1" })];
    return server.detail("h9");
  };
  await desk.reopen("h1");
  await settle();
  expect(desk.store.get()).toMatchObject({ selected: "h9", tabs: ["h9"], queue: { counts: { mine: 1 } } });
  expect(desk.views.get("h9")?.detail?.state).toBe("accepted");
  expect(offered()).toBe(false);
});

test("what another closed is a lead's to open", async () => {
  await closedBy("agt_2");
  expect(offered()).toBe(false);
  const { signedIn } = desk.store.get();
  if (signedIn.status === "in") desk.store.set({ signedIn: { status: "in", session: { ...signedIn.session, roles: ["lead"] } } });
  expect(offered()).toBe(true);
});

test("a refusal is told where it stands", async () => {
  await closedBy("agt_1");
  const refusal = { code: "not_closed", message: "It went on since.", data: {} };
  server.acts["POST /handoffs/h1/reopen"] = () => new Response(JSON.stringify(refusal), { status: 409 });
  await desk.reopen("h1");
  expect(desk.store.get().selected).toBe("h1");
  expect(desk.views.get("h1")?.problem).toBe("It went on since.");
});
