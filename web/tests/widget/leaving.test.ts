/** What a customer leaves, comes back to, and hears while they wait. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { customerCalls } from "../../widget/calls";
import { Controller } from "../../widget/controller";
import { openSurvey, saidWhetherSolved } from "../../widget/state";
import { Memory } from "../../widget/storage";
import { inEnglish } from "../../widget/words";
import { FakeServer, FakeStorage } from "../support/server";

const { words, locale } = inEnglish();
let server: FakeServer;
let storage: FakeStorage;
const running: Controller[] = [];

function page(identity: string | null = null): Controller {
  const controller = new Controller({
    calls: customerCalls("https://desk.example", server.fetch),
    memory: new Memory("https://desk.example", storage as unknown as Storage),
    words,
    locale,
    place: () => ({}),
    onIdentityNeeded: () => {},
  });
  running.push(controller);
  controller.start(identity);
  return controller;
}

const token = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.x`;
const settle = (ms = 50) => vi.advanceTimersByTimeAsync(ms);
const state = (widget: Controller) => widget.store.get();
const texts = (widget: Controller) => state(widget).conversation.facts.flatMap((fact) => (fact.type === "message.sent" ? [fact.data.text] : []));
const spoken = (widget: Controller) => state(widget).announcements.map(({ text }) => text);
const place = (position: number, more: object = {}) =>
  server.write("cnv_1", "handoff.advanced", "system", { handoff_id: "h1", position, staffed: true, ...more });

async function waiting(identity: string | null = null): Promise<Controller> {
  const widget = page(identity);
  widget.send("It leaks");
  await settle();
  widget.talkToPerson();
  await settle();
  return widget;
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  storage = new FakeStorage();
  vi.stubGlobal("WebSocket", function (address: string) {
    return server.socket(address);
  });
});

afterEach(() => {
  running.splice(0).forEach((controller) => controller.stop());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a new conversation", () => {
  test("begins at once where nobody is waited for", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    widget.begin(false);
    expect(state(widget)).toMatchObject({ started: false, view: "chat", left: [] });
  });

  test.each(["queue", "agent"] as const)("is asked about first with %s, and the one that was left can be gone back to", async (kind) => {
    const widget = await waiting();
    if (kind === "agent") server.write("cnv_1", "handoff.accepted", "system", { handoff_id: "h1", agent_id: "agt_1", agent_name: "Ana" });
    widget.begin(false);
    expect(state(widget)).toMatchObject({ started: true, view: "over" });
    widget.begin(true);
    expect(state(widget)).toMatchObject({ started: false, view: "chat", left: [{ id: "cnv_1", with: kind }] });
    widget.send("Something else");
    await settle();
    server.write("cnv_1", "message.sent", "agent", { text: "I am here.", author: "agt_1", reply_to: [2] });
    widget.stop();

    // Also after a reload: in this browser, without a word of it kept.
    expect(storage.getItem("frontdesk:https://desk.example:left")).not.toContain("leaks");
    const later = page();
    await settle();
    expect(texts(later)).toEqual(["Something else"]);
    later.account.goBack("cnv_1");
    await settle();
    expect(texts(later)).toEqual(["It leaks", "I am here."]);
    expect(state(later).left).toEqual([]);
  });

  test("signing out on the host page forgets what was left behind", async () => {
    const widget = await waiting();
    widget.begin(true);
    widget.startOver();
    expect(state(widget).left).toEqual([]);
    expect(state(page()).left).toEqual([]);
  });

  test("of a known customer nothing is kept here: the server has their list", async () => {
    const widget = await waiting(token("mara"));
    widget.begin(true);
    expect(state(widget).left).toEqual([]);
  });
});

describe("who hears the page while waiting", () => {
  test("is told where they stand when it changed, once", async () => {
    const widget = await waiting();
    place(2, { estimate_seconds: 300 });
    place(1, { estimate_seconds: 120 });
    place(1, { estimate_seconds: 120 });
    expect(spoken(widget).slice(-2)).toEqual([
      "Waiting for a person — number 2 in line, about 5 minutes",
      "Waiting for a person — number 1 in line, about 2 minutes",
    ]);
    expect(spoken(widget)).toHaveLength(2);
  });

  test("is not told twice that nobody is there, which is a message; and that somebody is back", async () => {
    const widget = await waiting();
    place(2, { staffed: false });
    expect(spoken(widget)).toEqual([]);
    place(2);
    expect(spoken(widget)).toEqual(["Waiting for a person — you are number 2 in line"]);
  });

  test("history is not read out", async () => {
    const widget = await waiting();
    place(1, { estimate_seconds: 120 });
    widget.stop();
    const later = page();
    await settle();
    expect(spoken(later)).toEqual([]);
  });
});

test("who kept their place chooses again when they wait for the second time", async () => {
  const widget = await waiting();
  place(1, { staffed: false });
  widget.leaving.keepPlace();
  place(1, { staffed: false });
  expect(state(widget).keepsPlace).toBe(true);
  server.write("cnv_1", "handoff.returned", "agent", { handoff_id: "h1" });
  widget.talkToPerson();
  await settle();
  place(1, { staffed: false });
  expect(state(widget).keepsPlace).toBe(false);
});

test("after a person closed it the survey is there at once, and its answer settles the question", async () => {
  const widget = await waiting();
  server.write("cnv_1", "conversation.closed", "agent", { by: "agt_1", outcome: "resolved" });
  server.write("cnv_1", "survey.offered", "system", { episode_id: "eps_1", form: "ces7", company: "Oberlarn" });
  expect([openSurvey(state(widget))?.episode, saidWhetherSolved(state(widget))]).toEqual(["eps_1", false]);
  server.write("cnv_1", "survey.answered", "customer", { episode_id: "eps_1", form: "ces7", ces: 6 });
  expect([openSurvey(state(widget)), saidWhetherSolved(state(widget))]).toEqual([null, true]);
});
