import { render } from "preact";
import { describe, expect, test } from "vitest";
import { deskCalls } from "../../desk/calls";
import { COMMANDS, ready } from "../../desk/commands";
import { Desk } from "../../desk/controller";
import { ScenarioTable } from "../../desk/quality/Scenarios";
import type { Made } from "../../desk/quality/calls";
import { readPlace } from "../../desk/quality/address";
import { makeScenario } from "../../desk/scenario";
import { type DeskState, INITIAL } from "../../desk/state";
import { FakeStorage } from "../support/server";

const at = (state: string, role: string): DeskState => {
  const session = { id: "agt_1", email: "a@shop.example", name: "Ana", roles: [role], expires_at: "2099-01-01T00:00:00Z" };
  const views = { h1: { id: "h1", detail: { state, conversation_id: "cnv_1" } } };
  return { ...INITIAL, signedIn: { status: "in", session }, selected: "h1", views } as unknown as DeskState;
};
const offered = (state: string, role: string) => ready(COMMANDS, at(state, role), true).some(({ id }) => id === "scenario");

describe("a scenario of a real conversation", () => {
  test("is made of a closed one, by who may", () => {
    expect(["agent", "qa", "lead", "editor"].map((role) => offered("closed", role))).toEqual([true, true, true, false]);
    expect(offered("accepted", "agent")).toBe(false);
  });

  test("is made at one click of the conversation on the screen", async () => {
    const asked: string[] = [];
    const answer: typeof fetch = async (input, init) => {
      asked.push(`${init?.method} ${new URL(String(input)).pathname}`);
      return new Response(JSON.stringify({ resolved_by: null }));
    };
    const desk = new Desk({ calls: deskCalls("https://desk.example", answer), storage: new FakeStorage(), ring: () => {}, unseen: () => false, notify: () => {} });
    desk.store.set(at("closed", "agent"));
    await makeScenario(desk);
    expect(asked).toEqual(["POST /api/v1/conversations/cnv_1/scenario"]);
    expect(desk.store.get().toasts.at(-1)?.text).toMatch(/^A scenario is made/);
  });

  test("is listed with its state", () => {
    const one: Made = { scenario_id: "scn_1", conversation_id: "cnv_1", topic: "order_status", yaml: "format: 1", made_by: "agt_1", made_at: "2026-03-02T09:00:00Z", resolved_by: null };
    const place = document.createElement("div");
    render(<ScenarioTable made={[one, { ...one, scenario_id: "scn_2", resolved_by: "cnv_9" }]} />, place);
    const rows = [...place.querySelectorAll("tbody tr")].map((row) => [...row.children].slice(1).map((cell) => cell.textContent));
    expect(rows).toEqual([
      ["order status", "cnv_1", "linked"],
      ["order status", "cnv_1", "resolved in cnv_9"],
    ]);
    expect(place.querySelector("a")?.getAttribute("download")).toBe("scn_1.yaml");
    expect(readPlace("#/quality/scenarios")).toEqual({ page: "scenarios" });
  });
});
