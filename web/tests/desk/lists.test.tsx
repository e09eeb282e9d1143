import { render } from "preact";
import { useRef } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CannedDialog } from "../../desk/components/CannedDialog";
import { Inbox } from "../../desk/components/Inbox";
import type { Desk } from "../../desk/controller";
import { listenForKeys } from "../../desk/keys";
import { useStore } from "../../shared/store";
import { item } from "./builders";
import { DeskServer, refused } from "./server";

let server: DeskServer;
let desk: Desk;
const place = document.createElement("div");

function List({ desk }: { desk: Desk }) {
  return <Inbox desk={desk} state={useStore(desk.store)} search={useRef<HTMLInputElement>(null)} />;
}

function Replies({ desk }: { desk: Desk }) {
  return <CannedDialog desk={desk} state={useStore(desk.store)} />;
}

const settle = (ms = 400) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));
const away = () => refused(503, "unavailable", "The store is away.");
const alert = () => place.querySelector("[role=alert]")?.textContent ?? "";
const press = async (name: string) => {
  await act(() => [...place.querySelectorAll("button")].find((each) => each.textContent === name)?.click());
  await settle();
};

beforeEach(async () => {
  vi.useFakeTimers();
  document.body.append(place);
  server = new DeskServer();
  server.open = [item("h1"), item("h2")];
  desk = await server.signIn();
});

afterEach(async () => {
  render(null, place);
  place.remove();
  await desk.signOut();
  await settle();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a list of closed conversations that cannot be read is not called empty", async () => {
  await act(() => render(<List desk={desk} />, place));
  server.acts["GET /desk/closed"] = away;
  await act(() => desk.showInbox("closed"));
  expect(alert()).toContain("The store is away.");
  expect(place.textContent).not.toContain("Nothing was closed");
  server.acts = {};
  await press("Try again");
  expect(alert()).toBe("");
  expect(place.textContent).toContain("Nothing was closed");
});

test("a search that the server could not answer says so, and is asked again", async () => {
  await act(() => render(<List desk={desk} />, place));
  server.acts["GET /desk/search"] = away;
  await act(() => desk.search("A-1042"));
  await settle();
  expect(alert()).toContain("The store is away.");
  server.acts["GET /desk/search"] = () => ({ items: [item("h9", { customer_name: "Nadia" })] });
  await press("Try again");
  expect(alert()).toBe("");
  expect(place.textContent).toContain("Nadia");
});

test("keys that a keyboard writes with AltGr work; the same with Ctrl or Alt do not", async () => {
  desk.select("h1");
  desk.select("h2");
  await settle();
  const places = { reply: () => null, note: () => {}, search: () => null, section: () => {} };
  const stop = listenForKeys(desk, places, true);
  const key = (init: KeyboardEventInit, altGraph = false) => {
    const event = new KeyboardEvent("keydown", { key: "[", bubbles: true, ...init });
    // The page of these tests takes every Alt for AltGr.
    Object.defineProperty(event, "getModifierState", { value: (name: string) => name === "AltGraph" && altGraph });
    document.body.dispatchEvent(event);
  };
  key({ ctrlKey: true });
  key({ altKey: true });
  expect(desk.store.get().selected).toBe("h2");
  key({ ctrlKey: true, altKey: true }, true);
  expect(desk.store.get().selected).toBe("h1");
  stop();
  await settle();
});

test("a canned reply that was deleted comes back by one press", async () => {
  const hello = { id: "can_1", scope: "personal", shortcut: "hello", title: "Hello", text: "Hello {customer_name}", topics: ["order"], mine: true };
  let replies = [hello];
  server.acts["GET /canned-replies"] = () => ({ replies });
  server.acts["DELETE /canned-replies/can_1"] = () => ((replies = []), {});
  server.acts["POST /canned-replies"] = () => ((replies = [hello]), {});
  await desk.assist.loadCanned();
  await act(() => render(<Replies desk={desk} />, place));
  await press("Delete Hello");
  expect(place.querySelector("[role=status]")?.textContent).toContain("“Hello” is deleted.");
  await press("Undo");
  const { scope, shortcut, title, text, topics } = hello;
  expect(server.sent["POST /canned-replies"]).toEqual([{ scope, shortcut, title, text, topics }]);
  expect(place.textContent).toContain("/hello");
});

test("canned replies that cannot be read are not called none", async () => {
  server.acts["GET /canned-replies"] = away;
  await act(() => render(<Replies desk={desk} />, place));
  await settle();
  expect(alert()).toContain("could not be read");
  expect(place.textContent).not.toContain("No canned replies");
  server.acts = {};
  await press("Try again");
  expect(alert()).toBe("");
});
