import { render } from "preact";
import { useRef, useState } from "preact/hooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConversationView } from "../../desk/components/ConversationView";
import type { ReplyMode } from "../../desk/components/places";
import type { Desk } from "../../desk/controller";
import { useStore } from "../../shared/store";
import { said } from "../shared/builders";
import { item } from "./builders";
import { DeskServer, refused } from "./server";

const MESSAGES = "POST /handoffs/h1/messages";
const REASKS = "POST /handoffs/h1/reasks";
const asksAgain = { reasks: [{ subject: "order_number", value: "OB-1", seq: 2 }] };
let server: DeskServer;
let desk: Desk;
let place: HTMLElement;

function Page({ desk }: { desk: Desk }) {
  const state = useStore(desk.store);
  const [mode, setMode] = useState<ReplyMode>("reply");
  const places = { search: useRef<HTMLInputElement>(null), reply: useRef<HTMLTextAreaElement>(null), mode, setMode };
  const view = state.views.h1;
  return view ? <ConversationView desk={desk} state={state} view={view} places={places} packetOpen={false} onTogglePacket={() => {}} /> : null;
}

const settle = (ms = 300) => vi.advanceTimersByTimeAsync(ms);
const draft = () => desk.store.get().drafts.h1?.reply ?? "";
const texts = () => (server.sent[MESSAGES] ?? []).map(({ text }) => text);
const echoes = () => desk.views.get("h1")?.conversation.echoes ?? [];
const button = (name: string) => [...place.querySelectorAll("button")].find((each) => each.textContent === name);
const field = () => place.querySelector("textarea") as HTMLTextAreaElement;

async function type(text: string): Promise<void> {
  field().value = text;
  field().dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settle(50);
}

async function open(): Promise<void> {
  desk = await server.signIn();
  desk.select("h1");
  render(<Page desk={desk} />, place);
  await settle();
}

beforeEach(async () => {
  vi.useFakeTimers();
  place = document.body.appendChild(document.createElement("div"));
  server = new DeskServer();
  server.open = [item("h1", { state: "accepted", owner: "agent:agt_1" })];
  server.details.h1 = { state: "accepted", owner: "agent:agt_1" };
  server.events = [said(1, "customer", "Where are my boots?")];
  await open();
});

afterEach(async () => {
  render(null, place);
  place.remove();
  await desk.signOut();
  await settle(); // effects that wait for a frame must not be left behind
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("while it is looked up whether a reply asks again", () => {
  /** The answer of the server, when the test lets it come. */
  let answer: (reasks: object) => void;
  beforeEach(() => {
    server.acts[REASKS] = () => new Promise((resolve) => (answer = resolve));
  });

  test("what is typed behind it stays, and what was submitted goes", async () => {
    await type("Your order number?");
    button("Send")?.click();
    await settle(50);
    await type("Your order number? And the size");
    answer({ reasks: [] });
    await settle();
    expect(texts()).toEqual(["Your order number?"]);
    expect(draft()).toBe("And the size");
  });

  test("what was changed is not sent as it was before, and stays", async () => {
    await type("Your oder number?");
    button("Send")?.click();
    await settle(50);
    await type("Your order number?");
    answer(asksAgain);
    await settle();
    expect(texts()).toEqual([]);
    expect(draft()).toBe("Your order number?");
    expect(place.querySelector("[role=alertdialog]")).toBeNull();
  });

  test("a warning can be passed by: what stands there goes", async () => {
    await type("Your order number?");
    button("Send")?.click();
    await settle(50);
    answer(asksAgain);
    await settle();
    expect(place.querySelector("[role=alertdialog]")?.textContent).toContain("OB-1");
    expect(texts()).toEqual([]);
    button("Send anyway")?.click();
    await settle();
    expect(texts()).toEqual(["Your order number?"]);
    expect(draft()).toBe("");
    expect(place.querySelector("[role=alertdialog]")).toBeNull();
  });
});

describe("a reply that the server does not have", () => {
  test("is still there after a reload, and goes out again under its id", async () => {
    server.acts[MESSAGES] = () => refused(503, "unavailable", "Later.");
    await type("Hello Mara");
    button("Send")?.click();
    await settle();
    expect(echoes()).toMatchObject([{ text: "Hello Mara", status: "failed" }]);
    render(null, place);
    await open();
    expect(echoes()).toMatchObject([{ text: "Hello Mara", status: "failed" }]);
    delete server.acts[MESSAGES];
    button("Try again")?.click();
    await settle();
    const [first, second] = server.sent[MESSAGES] ?? [];
    expect(second).toEqual(first);
    render(null, place);
    await open();
    expect(echoes()).toEqual([]);
  });

  test("is not shown twice where the server had it after all", async () => {
    server.acts[MESSAGES] = () => new Promise(() => {});
    await type("Hello Mara");
    button("Send")?.click();
    await settle();
    const [sent] = server.sent[MESSAGES] ?? [];
    server.events = [...server.events, said(2, "agent", "Hello Mara", { author: "agt_1", client_message_id: String(sent?.client_message_id) })];
    render(null, place);
    await open();
    expect(echoes()).toEqual([]);
  });

  test("is kept when the session ends meanwhile", async () => {
    server.acts[MESSAGES] = () => refused(401, "session_ended", "Over.");
    await type("Hello Mara");
    button("Send")?.click();
    await settle();
    expect(desk.store.get().signedIn.status).toBe("out");
    await open();
    expect(echoes()).toMatchObject([{ text: "Hello Mara", status: "failed" }]);
  });

  test("where it is refused, its words can be changed", async () => {
    server.acts[MESSAGES] = () => refused(422, "too_long", "Please shorten it.");
    await type("Hello Mara");
    button("Send")?.click();
    await settle();
    expect(place.textContent).toContain("Please shorten it.");
    await type("Anything else?");
    button("Back to the draft")?.click();
    expect(draft()).toBe("Hello Mara\nAnything else?");
    expect(echoes()).toEqual([]);
  });
});

describe("a window that asks before an action", () => {
  const dialog = () => place.querySelector("dialog");
  const submit = (name: string) => {
    const main = [...(dialog()?.querySelectorAll("button") ?? [])].find((each) => each.textContent === name);
    main?.focus();
    main?.click();
  };

  test.each([
    ["return", "Hand back", "POST /handoffs/h1/return", "What should the assistant know"],
    ["promise", "Promise", "POST /handoffs/h1/promises", "What will happen?"],
  ] as const)("stays with what was written where it is refused: %s", async (name, action, call, label) => {
    server.acts[call] = () => refused(409, "promise_open", "A promise is still open.");
    desk.ask(name);
    await settle();
    const text = dialog()?.querySelector("textarea") as HTMLTextAreaElement;
    expect(text.closest("label")?.textContent).toContain(label);
    text.value = "She wants the green ones";
    text.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settle(50);
    submit(action);
    await settle();
    expect(dialog()?.querySelector("[role=alert]")?.textContent).toBe("A promise is still open.");
    expect(dialog()?.querySelector("textarea")?.value).toBe("She wants the green ones");
    expect(document.activeElement?.textContent).toBe(action);
    delete server.acts[call];
    submit(action);
    await settle();
    expect(dialog()).toBeNull();
    expect(server.sent[call]).toHaveLength(2);
  });
});
