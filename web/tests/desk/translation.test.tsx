import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { COMMANDS, findCommands, ready } from "../../desk/commands";
import { ConversationView } from "../../desk/components/ConversationView";
import type { Desk } from "../../desk/controller";
import { said } from "../shared/builders";
import { DeskServer } from "./server";

let server: DeskServer;
let desk: Desk;
const place = document.createElement("div");
const settle = () => act(async () => void (await vi.advanceTimersByTimeAsync(200)));
const ROUTE = "GET /transcripts/cnv_1/translation";
const line = (seq: number, text: string | null, state = "translated") => ({ seq, language: "de", state, text });
const asked = () => server.asked.filter((call) => call === ROUTE).length;
const command = () => ready(COMMANDS, desk.store.get(), true).find(({ id }) => id === "translate");

async function show(): Promise<void> {
  const state = desk.store.get();
  const view = state.views.h1;
  const places = { search: { current: null }, reply: { current: null }, mode: "reply", setMode: () => undefined } as never;
  if (view) await act(() => render(<ConversationView desk={desk} state={state} view={view} places={places} packetOpen onTogglePacket={() => undefined} />, place));
}

beforeEach(async () => {
  vi.useFakeTimers();
  server = new DeskServer();
  desk = await server.signIn();
  desk.store.subscribe(() => void show());
  server.events = [said(1, "customer", "Wo ist A-1057?"), said(2, "bot", "One moment.")];
});

afterEach(() => {
  render(null, place);
  void desk.signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function open(model: string | null): Promise<void> {
  server.details.h1 = { in_other_languages: { seqs: [1], into: "en", model } };
  desk.select("h1");
  await settle();
}

test("a translation stands under its original, and what comes meanwhile is translated too", async () => {
  server.acts[ROUTE] = () => ({ model: "m", into: "en", earlier: 0, messages: [line(1, "Where is A-1057?")] });
  await open("openai:small");
  expect(place.textContent).toContain("1 message is in a language that is not yours.");
  expect(asked()).toBe(0);
  expect(findCommands(ready(COMMANDS, desk.store.get(), true), "translate").map(({ id }) => id)).toEqual(["translate"]);
  command()?.run(desk, {} as never);
  await settle();
  const message = place.querySelector(".by-customer");
  expect(message?.querySelector(".said-text")?.textContent).toBe("Wo ist A-1057?");
  expect(message?.querySelector(".translated")?.textContent).toBe("Machine translation from GermanWhere is A-1057?");
  expect(place.textContent).toContain("Translated by a machine (openai:small). The original counts.");

  server.acts[ROUTE] = () => ({ model: "m", into: "en", earlier: 0, messages: [line(3, null, "numbers_differ")] });
  desk.views.receive(said(3, "customer", "Ich warte seit 3 Tagen."));
  await settle();
  expect(place.textContent).toContain("The translation is not shown: a number in it is not the original’s.");
  expect(asked()).toBe(2);

  command()?.run(desk, {} as never);
  await settle();
  expect(place.querySelector(".translated")).toBeNull();
  command()?.run(desk, {} as never);
  await settle();
  expect(place.querySelector(".translated")).not.toBeNull();
  expect(asked()).toBe(2);
});

test("without a model it is said why, and nothing is offered", async () => {
  await open(null);
  expect(place.textContent).toContain("They cannot be translated here: no language model is set up.");
  expect(command()).toBeUndefined();
  expect([...place.querySelectorAll("button")].some((button) => button.textContent?.includes("Translate"))).toBe(false);
});

test("what was late or refused is told, and tried again when asked", async () => {
  server.acts[ROUTE] = () => new Response(JSON.stringify({ code: "too_many", message: "That's a lot at once.", data: {} }), { status: 429 });
  await open("openai:small");
  await act(() => desk.assist.translations.toggle("h1"));
  expect(place.querySelector(".translation-bar")?.textContent).toContain("That's a lot at once.");
  server.acts[ROUTE] = () => ({ model: "m", into: "en", earlier: 0, messages: [line(1, null, "late")] });
  await act(() => desk.assist.translations.again("h1"));
  expect(place.textContent).toContain("The translation took too long.");
  server.acts[ROUTE] = () => ({ model: "m", into: "en", earlier: 0, messages: [line(1, "Where is A-1057?")] });
  await act(() => desk.assist.translations.again("h1"));
  expect(place.querySelector(".translated")?.textContent).toContain("Where is A-1057?");
});
