import { render } from "preact";
import { useRef, useState } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConversationView } from "../../desk/components/ConversationView";
import type { ReplyMode } from "../../desk/components/places";
import type { Desk } from "../../desk/controller";
import { useStore } from "../../shared/store";
import { said } from "../shared/builders";
import { item } from "./builders";
import { DeskServer, refused } from "./server";

let server: DeskServer;
let desk: Desk;
const place = document.createElement("div");

function Page({ desk }: { desk: Desk }) {
  const state = useStore(desk.store);
  const [mode, setMode] = useState<ReplyMode>("reply");
  const places = { search: useRef<HTMLInputElement>(null), reply: useRef<HTMLTextAreaElement>(null), mode, setMode };
  const view = state.views.h1;
  return view ? <ConversationView desk={desk} state={state} view={view} places={places} packetOpen={false} onTogglePacket={() => {}} /> : null;
}

const settle = () => act(async () => void (await vi.advanceTimersByTimeAsync(300)));
const dialog = () => place.querySelector("dialog");
const press = async (name: string, within: ParentNode = place) => {
  await act(() => [...within.querySelectorAll("button")].find((each) => each.textContent === name)?.click());
  await settle();
};

async function write(field: HTMLTextAreaElement | null | undefined, text: string): Promise<void> {
  if (!field) throw new Error("no field");
  field.value = text;
  await act(() => void field.dispatchEvent(new InputEvent("input", { bubbles: true })));
}

/** A lead gives the conversation to Ben, or he was offered it again. */
function goesToBen(): void {
  server.open = [item("h1", { state: "accepted", owner: "agent:agt_2", accepted_by: "Ben" })];
  server.details.h1 = { state: "accepted", owner: "agent:agt_2" };
}

async function itIsTold(): Promise<void> {
  goesToBen();
  await act(async () => {
    await desk.refreshQueue();
    await desk.views.refresh("h1");
  });
  await settle();
}

beforeEach(async () => {
  vi.useFakeTimers();
  document.body.append(place);
  server = new DeskServer();
  server.open = [item("h1", { state: "accepted", owner: "agent:agt_1" })];
  server.details.h1 = { state: "accepted", owner: "agent:agt_1" };
  server.events = [said(1, "customer", "Where are my boots?")];
  server.acts["GET /desk/words"] = () => ({ queues: ["senior"], departments: [], causes: ["carrier"] });
  desk = await server.signIn();
  desk.select("h1");
  await act(() => render(<Page desk={desk} />, place));
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

test("a refused transfer of what a colleague has by now keeps what was written, and says why", async () => {
  await press("Hand back");
  await write(dialog()?.querySelector("textarea"), "She wants the blue ones.");
  server.acts["POST /handoffs/h1/return"] = () => {
    goesToBen();
    return refused(409, "already_accepted", "Too late.", { accepted_by: "Ben" });
  };
  await act(() => void dialog()?.querySelector("form")?.requestSubmit());
  await settle();
  expect(dialog()?.querySelector("textarea")?.value).toBe("She wants the blue ones.");
  expect(dialog()?.querySelector("[role=alert]")?.textContent).toContain("Ben was faster");
  expect(dialog()?.querySelector("[role=alert]")?.textContent).toContain("Nothing was done");
  await press("Cancel", dialog() ?? place);
  expect(dialog()).toBeNull();
  desk.ask("return");
  await settle();
  expect(dialog()).toBeNull();
});

test("a question that was open when the conversation went to a colleague stays, and says so", async () => {
  await press("Hand back");
  await write(dialog()?.querySelector("textarea"), "She wants the blue ones.");
  await itIsTold();
  expect(dialog()?.querySelector("textarea")?.value).toBe("She wants the blue ones.");
  expect(dialog()?.querySelector("[role=alert]")?.textContent).toContain("Ben has this conversation.");
});

test("a question that worked closes, and says nothing of a loss", async () => {
  await press("Hand back");
  server.acts["POST /handoffs/h1/return"] = () => {
    goesToBen();
    return {};
  };
  await act(() => void dialog()?.querySelector("form")?.requestSubmit());
  await settle();
  expect(dialog()).toBeNull();
});

test("a reply that was being written can be copied, kept as a note, or dropped", async () => {
  await write(place.querySelector("textarea"), "They come tomorrow.");
  await itIsTold();
  const left = place.querySelector(".left-reply");
  expect(left?.querySelector("textarea")?.value).toBe("They come tomorrow.");
  expect(left?.querySelector("[role=alert]")?.textContent).toContain("not sent");
  await press("Make it a note");
  expect(desk.store.get().drafts.h1).toEqual({ reply: "", note: "They come tomorrow." });
  expect(place.querySelector(".left-reply")).toBeNull();
});
