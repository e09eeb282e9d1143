import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FrontdeskWidget } from "../../widget/element";
import { FakeServer } from "../support/server";

let server: FakeServer;
let widget: FrontdeskWidget;

const frame = () => new Promise((resolve) => setTimeout(resolve, 30));
const find = <T extends Element = HTMLElement>(selector: string) => widget.shadowRoot?.querySelector<T>(selector) ?? null;
const button = (text: string) =>
  [...(widget.shadowRoot?.querySelectorAll("button") ?? [])].find((each) => each.textContent?.trim() === text);

const rest = await import("../../widget/mount");
FrontdeskWidget.load = async () => rest;

beforeEach(async () => {
  server = new FakeServer();
  localStorage.clear();
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", function (address: string) {
    return server.socket(address);
  });
  if (!customElements.get("frontdesk-widget")) customElements.define("frontdesk-widget", FrontdeskWidget);
  widget = document.createElement("frontdesk-widget") as FrontdeskWidget;
  widget.setAttribute("server", "https://desk.example");
  widget.setAttribute("starters", "Where is my order?| ");
  document.body.append(widget);
  await frame();
});

afterEach(() => {
  widget.remove();
  vi.unstubAllGlobals();
});

test("opens as a named dialog with the focus in the field, and Escape gives the focus back", async () => {
  widget.open();
  await frame();
  expect(find('[role="dialog"]')?.getAttribute("aria-labelledby")).toBe("title");
  expect(widget.hasAttribute("open")).toBe(true);
  expect(widget.shadowRoot?.activeElement?.tagName).toBe("TEXTAREA");
  find('[role="dialog"]')?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await frame();
  expect(find('[role="dialog"]')).toBeNull();
  expect(widget.hasAttribute("open")).toBe(false);
  expect(widget.shadowRoot?.activeElement?.className).toContain("launcher");
});

test("an open attribute in the page opens without taking the focus", async () => {
  widget.setAttribute("open", "");
  await frame();
  expect(find('[role="dialog"]')).not.toBeNull();
  expect(widget.shadowRoot?.activeElement ?? null).toBeNull();
});

test("a person can be asked for in every state", async () => {
  widget.open();
  await frame();
  expect(button("Talk to a person")).toBeDefined();
  button("Talk to a person")?.click();
  await frame();
  expect(find("#owner")?.textContent).toBe("Waiting for a person — you are number 2 in line");
  for (const [type, data] of [
    ["handoff.accepted", { handoff_id: "h1", agent_id: "agt_1", agent_name: "Ana" }],
    ["conversation.closed", { by: "agt_1" }],
  ] as const) {
    server.write("cnv_1", type, "agent", data);
    await frame();
    expect(button("Talk to a person")).toBeDefined();
  }
});

test("answers show their sources as safe links and their choices as buttons that end", async () => {
  widget.open();
  await frame();
  button("Where is my order?")?.click();
  await frame();
  server.write("cnv_1", "message.sent", "bot", {
    text: "Here.",
    author: "bot",
    reply_to: [2],
    citations: [
      { article_id: "a", version: 1, title: "Good", section: "One", url: "/help/good" },
      { article_id: "b", version: 1, title: "Bad", section: "Two", url: "javascript:alert(1)" },
    ],
    choices: [{ label: "Yes", choice: "c1" }],
  });
  await frame();
  const links = [...(widget.shadowRoot?.querySelectorAll<HTMLAnchorElement>(".sources a") ?? [])];
  expect(links.map((link) => [link.textContent, link.getAttribute("href"), link.rel])).toEqual([
    ["Good · One", "https://desk.example/help/good", "noopener noreferrer"],
  ]);
  expect(button("Yes")?.disabled).toBe(false);
  button("Yes")?.click();
  await frame();
  expect(button("Yes")?.disabled).toBe(true);
});

test("a closed conversation asks whether it helped and tells the server", async () => {
  widget.open();
  await frame();
  button("Where is my order?")?.click();
  await frame();
  server.write("cnv_1", "conversation.closed", "agent", { by: "agt_1" });
  await frame();
  button("Not yet")?.click();
  await frame();
  expect(server.requests.at(-1)).toMatchObject({ path: "/conversations/cnv_1/feedback", body: { kind: "not_solved" } });
  expect(button("Not yet")).toBeUndefined();
});

test("a survey that was offered with the closing is seen before anybody says whether it is solved", async () => {
  widget.open();
  await frame();
  button("Where is my order?")?.click();
  await frame();
  const survey = () => widget.shadowRoot?.querySelector<HTMLFormElement>("form.survey");
  server.write("cnv_1", "conversation.closed", "agent", { by: "agt_1" });
  server.write("cnv_1", "survey.offered", "system", { episode_id: "eps_1", form: "ces7" });
  await vi.waitFor(() => expect(survey()).toBeTruthy());
  expect(button("Yes")).toBeDefined();
  expect(widget.shadowRoot?.activeElement?.closest("form.survey") ?? null).toBeNull();
  button("Yes")?.click();
  await vi.waitFor(() => expect(widget.shadowRoot?.activeElement?.closest("form.survey")).toBe(survey()));
});

test("a page that is loaded again is told who has the conversation", async () => {
  widget.open();
  await frame();
  button("Talk to a person")?.click();
  await vi.waitFor(() => expect(find("#owner")?.textContent).toContain("Waiting for a person"));
  widget.remove();
  const again = document.createElement("frontdesk-widget") as FrontdeskWidget;
  const heard: unknown[] = [];
  again.on("conversation", (detail) => heard.push(detail));
  again.setAttribute("server", "https://desk.example");
  document.body.append(again);
  await vi.waitFor(() => expect(heard).toEqual([{ with: "queue" }]));
  again.remove();
});

test("who has begun to answer the survey keeps their place when the word that it is solved has arrived", async () => {
  widget.open();
  await frame();
  button("Where is my order?")?.click();
  await frame();
  server.write("cnv_1", "conversation.closed", "agent", { by: "agt_1" });
  server.write("cnv_1", "survey.offered", "system", { episode_id: "eps_1", form: "ces7" });
  await vi.waitFor(() => expect(find("form.survey")).not.toBeNull());
  button("Yes")?.click();
  const fourth = widget.shadowRoot?.querySelectorAll<HTMLInputElement>("form.survey input")[3];
  fourth?.focus();
  await vi.waitFor(() => expect(button("Yes")).toBeUndefined());
  await frame();
  expect(widget.shadowRoot?.activeElement).toBe(fourth);
});

test("the answer to the survey settles whether it is solved", async () => {
  widget.open();
  await frame();
  button("Where is my order?")?.click();
  await frame();
  server.write("cnv_1", "conversation.closed", "agent", { by: "agt_1", outcome: "resolved" });
  server.write("cnv_1", "survey.offered", "system", { episode_id: "eps_1", form: "ces7", company: "Oberlarn" });
  await vi.waitFor(() => expect(find("form.survey")).not.toBeNull());
  expect(button("Not yet")).toBeDefined();
  server.write("cnv_1", "survey.answered", "customer", { episode_id: "eps_1", form: "ces7", ces: 6 });
  await frame();
  expect(find("form.survey")).toBeNull();
  expect(button("Not yet")).toBeUndefined();
});

test("who waits is asked before a new conversation takes the place of this one, and finds it again", async () => {
  const more = async (item: string) => {
    find<HTMLButtonElement>("[aria-label=More]")?.click();
    await frame();
    button(item)?.click();
    await frame();
  };
  widget.open();
  await frame();
  button("Talk to a person")?.click();
  await frame();
  await more("Start a new conversation");
  await vi.waitFor(() => expect(find("#over")?.textContent).toContain("your place is kept"));
  expect(widget.shadowRoot?.activeElement?.textContent).toBe("Stay here");
  button("Stay here")?.click();
  await frame();
  expect(find("#owner")?.textContent).toContain("Waiting for a person");
  await more("Start a new conversation");
  button("Start a new conversation")?.click();
  await frame();
  expect(find("#owner")?.textContent).not.toContain("Waiting");
  await more("Earlier conversations");
  await vi.waitFor(() => expect(find(".past-text")?.textContent).toBe("Waiting for a person"));
  find<HTMLButtonElement>(".past button")?.click();
  await vi.waitFor(() => expect(find("#owner")?.textContent).toContain("Waiting for a person"));
});

test("leaves nothing running when it is taken out of the page", async () => {
  widget.open();
  await frame();
  button("Where is my order?")?.click();
  await frame();
  const asked = server.requests.length;
  widget.remove();
  for (const socket of server.conversations.get("cnv_1")?.sockets ?? []) socket.drop(1006);
  await frame();
  expect(server.requests).toHaveLength(asked);
});
