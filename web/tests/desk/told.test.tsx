/** What an agent is told on the screen when something does not go as they meant it. */
import axe from "axe-core";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "../../desk/App";
import type { Desk } from "../../desk/controller";
import { said } from "../shared/builders";
import { colleague, item } from "./builders";
import { DeskServer, refused } from "./server";

let server: DeskServer;
let desk: Desk;
let place: HTMLElement;
const settle = (ms = 300) => vi.advanceTimersByTimeAsync(ms);
const button = (text: string) => [...place.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === text);
const banner = () => place.querySelector(".conversation .banner.is-problem");
const mine = { state: "accepted", owner: "agent:agt_1" } as const;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }));
  place = document.body.appendChild(document.createElement("div"));
  server = new DeskServer();
  server.open = [item("h1"), item("h2", { ...mine, customer_name: "Theo" })];
  server.details.h2 = mine;
  server.events = [said(1, "customer", "Where are my boots?")];
  desk = await server.signIn();
  render(<App desk={desk} />, place);
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

async function violations(): Promise<string[]> {
  vi.useRealTimers();
  // No colours and no sizes here: a browser's tests look at those.
  const { violations } = await axe.run(place, { runOnly: ["wcag2a", "wcag2aa"], rules: { "color-contrast": { enabled: false }, "target-size": { enabled: false } } });
  vi.useFakeTimers();
  return violations.map(({ id }) => id);
}

describe("accepting", () => {
  beforeEach(async () => {
    desk.select("h1");
    await settle();
  });

  test("what another took first is said with their name, and nobody can answer in it here", async () => {
    server.acts["POST /handoffs/h1/accept"] = () => {
      server.details.h1 = { state: "accepted", owner: "agent:agt_2" };
      server.open = [item("h1", { state: "accepted", owner: "agent:agt_2", accepted_by: "Idris" })];
      return refused(409, "already_accepted", "Too late.", { accepted_by: "Idris" });
    };
    button("Accept")?.click();
    await settle();
    expect(banner()?.getAttribute("role")).toBe("alert");
    expect(banner()?.textContent).toBe("Idris was faster and has this conversation.");
    expect(place.querySelector(".closed-box")?.textContent).toBe("Idris has this conversation.");
    expect(button("Accept")).toBeUndefined();
    expect(place.querySelector("textarea")?.getAttribute("aria-label")).toContain("Note for colleagues");
    expect(await violations()).toEqual([]);
  });

  test("who has no room left reads so, and it waits on", async () => {
    server.acts["POST /handoffs/h1/accept"] = () => refused(409, "no_capacity", "You have as much as you can take (4). Close one first.");
    button("Accept")?.click();
    await settle();
    expect(banner()?.textContent).toBe("You have as much as you can take (4). Close one first.");
    expect(button("Accept")).toBeDefined();
  });
});

test("a queue that cannot be read is said with a way to try again, and what was there stays", async () => {
  server.acts["GET /desk/inbox"] = () => refused(503, "unavailable", "Please try again in a moment.");
  await desk.refreshQueue();
  await settle();
  const problem = place.querySelector(".queue > .problem");
  expect([problem?.getAttribute("role"), problem?.textContent]).toEqual(["alert", expect.stringContaining("The queue could not be loaded. Please try again in a moment.")]);
  expect(place.querySelector(".queue")?.textContent).toContain("Mara Voss");
  expect(await violations()).toEqual([]);
  delete server.acts["GET /desk/inbox"];
  problem?.querySelector("button")?.click();
  await settle();
  expect(place.querySelector(".queue > .problem")).toBeNull();
});

test("who touched nothing for a while is shown away, and online again with a touch", async () => {
  const presence = () => place.querySelector(".presence")?.textContent;
  expect(presence()).toBe("Online");
  server.socket.deliver({ kind: "heartbeat", presence: "away" });
  await settle();
  expect(presence()).toBe("Away, nothing was touched");
  desk.touched();
  await settle();
  expect(presence()).toBe("Online");
});

describe("a note", () => {
  test.each([
    ["waits", { state: "queued", owner: "queue" }],
    ["is a colleague's", { state: "accepted", owner: "agent:agt_2" }],
    ["is closed", { state: "closed", owner: "none" }],
  ] as const)("is left where a conversation %s; what is refused stays in the field", async (_, detail) => {
    server.details.h1 = detail;
    desk.select("h1");
    await settle();
    const field = place.querySelector("textarea") as HTMLTextAreaElement;
    field.value = "She called as well";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settle(50);
    server.acts["POST /handoffs/h1/notes"] = () => refused(403, "wrong_department", "That is another department's.");
    button("Save note")?.click();
    await settle();
    expect(banner()?.textContent).toBe("That is another department's.");
    expect(field.value).toBe("She called as well");
    delete server.acts["POST /handoffs/h1/notes"];
    button("Save note")?.click();
    await settle();
    expect(server.sent["POST /handoffs/h1/notes"]).toEqual([{ text: "She called as well" }, { text: "She called as well" }]);
    expect(field.value).toBe("");
  });
});

describe("signing out", () => {
  const out = () => desk.store.get().signedIn.status === "out";

  test("with conversations in hand says what becomes of them, and can be left", async () => {
    button("Sign out")?.click();
    await settle();
    expect(place.querySelector("dialog")?.textContent).toContain("You have 1 conversation in hand.");
    button("Stay signed in")?.click();
    await settle();
    expect([place.querySelector("dialog"), out()]).toEqual([null, false]);
    server.open = [...server.open, item("h3", mine)];
    await desk.refreshQueue();
    button("Sign out")?.click();
    await settle();
    expect(place.querySelector("dialog")?.textContent).toContain("You have 2 conversations in hand.");
    [...place.querySelectorAll<HTMLButtonElement>("dialog button")].at(-1)?.click();
    await settle();
    expect(out()).toBe(true);
  });

  test("without any is done at once", async () => {
    server.open = [];
    await desk.refreshQueue();
    button("Sign out")?.click();
    await settle();
    expect(out()).toBe(true);
  });
});

test("a transfer shows who is away or full apart from who is free, and chooses nobody by itself", async () => {
  server.acts["GET /agents"] = () => ({
    agents: [
      colleague("agt_1", { name: "Ana" }),
      colleague("agt_2", { name: "Ben", load: 4 }),
      colleague("agt_3", { name: "Cleo" }),
      colleague("agt_4", { name: "Dara", presence: "away" }),
      colleague("agt_5", { name: "Eli", presence: "offline" }),
    ],
  });
  server.acts["GET /desk"] = () => ({ outcomes: [], causes: [], queues: ["support"], departments: [] });
  desk.select("h2");
  await settle();
  desk.ask("transfer");
  await settle();
  const select = place.querySelector("dialog select:last-of-type") as HTMLSelectElement;
  const texts = (scope: ParentNode) => [...scope.querySelectorAll("option")].map((each) => each.textContent);
  expect(select.value).toBe("");
  expect(texts(select)).toEqual(["Nobody in particular", "Cleo, online, 0 of 4", "Ben, online, 4 of 4, full", "Dara, away, 0 of 4"]);
  expect(texts(select.querySelector("optgroup") as HTMLElement)).toEqual(["Ben, online, 4 of 4, full", "Dara, away, 0 of 4"]);
  expect(select.querySelector("optgroup")?.hasAttribute("disabled")).toBe(true);
});
