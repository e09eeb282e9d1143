import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Echo } from "../../shared/reduce";
import { customerCalls } from "../../widget/calls";
import { Controller } from "../../widget/controller";
import { messageLeft, nobodyThere, openSurvey, unread } from "../../widget/state";
import { Memory } from "../../widget/storage";
import { inEnglish } from "../../widget/words";
import { FakeServer, FakeStorage } from "../support/server";

const { words } = inEnglish();
let server: FakeServer;
let storage: FakeStorage;
let asked: number;
const running: Controller[] = [];

/** A page with the widget on it. Two pages of one browser share the storage. */
function page(identity: string | null = null): Controller {
  const controller = new Controller({
    calls: customerCalls("https://desk.example", server.fetch),
    memory: new Memory("https://desk.example", storage as unknown as Storage),
    words,
    locale: "en",
    place: () => ({ page_url: "https://shop.example/", timezone: "Europe/Berlin", device: "phone" }),
    onIdentityNeeded: () => (asked += 1),
  });
  running.push(controller);
  controller.start(identity);
  return controller;
}

const token = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.x`;
const settle = (ms = 50) => vi.advanceTimersByTimeAsync(ms);
const texts = (controller: Controller) =>
  controller.store.get().conversation.facts.flatMap((fact) => (fact.type === "message.sent" ? [fact.data.text] : []));
const echoes = (controller: Controller): readonly Echo[] => controller.store.get().conversation.echoes;
const bodies = (ending: string) => server.requests.filter(({ path }) => path.endsWith(ending)).map(({ body }) => body);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  storage = new FakeStorage();
  asked = 0;
  vi.stubGlobal("WebSocket", function (address: string) {
    return server.socket(address);
  });
});

afterEach(() => {
  running.splice(0).forEach((controller) => controller.stop());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("sending", () => {
  test("a message is shown at once and replaced by its event", async () => {
    const widget = page();
    widget.send("Where is my order?");
    expect(echoes(widget).map(({ text }) => text)).toEqual(["Where is my order?"]);
    await settle();
    expect(echoes(widget)).toEqual([]);
    expect(texts(widget)).toEqual(["Where is my order?"]);
  });

  test("what could not be sent says so and is sent once, under the same id, when the network is back", async () => {
    const widget = page();
    widget.send("First");
    await settle();
    server.down = true;
    server.cut("cnv_1");
    widget.send("Second");
    widget.send("Third");
    await settle();
    expect(echoes(widget).map(({ status }) => status)).toEqual(["failed", "failed"]);
    const ids = echoes(widget).map(({ id }) => id);
    server.down = false;
    widget.networkChanged(true);
    await settle(500);
    expect(server.said("cnv_1")).toEqual(["First", "Second", "Third"]);
    expect(bodies("/messages").slice(1).map((body) => body.client_message_id)).toEqual(ids);
    expect(echoes(widget)).toEqual([]);
  });

  test("an answer that was lost on the way does not make a second message", async () => {
    const widget = page();
    widget.send("First");
    await settle();
    server.next.set("POST /messages", { status: 503, body: { code: "unavailable", message: "Later.", data: {} } });
    widget.send("Second");
    await settle();
    expect(echoes(widget)[0]?.status).toBe("failed");
    await settle(2_500);
    expect(server.said("cnv_1")).toEqual(["First", "Second"]);
  });

  test("a message that is refused is not sent again and shows why", async () => {
    const widget = page();
    widget.send("First");
    await settle();
    server.next.set("POST /messages", { status: 422, body: { code: "invalid", message: "No.", data: {} } });
    widget.send("Second");
    await settle(60_000);
    expect(echoes(widget)).toMatchObject([{ status: "refused", reason: "No." }]);
    expect(bodies("/messages")).toHaveLength(2);
  });

  test("an expired choice becomes a sentence", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    server.write("cnv_1", "message.sent", "bot", { text: "Which?", author: "bot", reply_to: [2], choices: [{ label: "A", choice: "c1" }] });
    server.next.set("POST /messages", { status: 409, body: { code: "choice_expired", message: "Gone.", data: {} } });
    widget.choose({ label: "A", choice: "c1" });
    await settle();
    expect(bodies("/messages").at(-1)).toMatchObject({ choice: "c1" });
    expect(widget.store.get().notice).toBe("That option has expired — type it instead.");
    expect(echoes(widget)).toEqual([]);
  });

  test("nothing and too much are not sent", () => {
    const widget = page();
    expect(widget.send("  \n ")).toBe(false);
    expect(widget.send("x".repeat(10_001))).toBe(false);
    expect(echoes(widget)).toEqual([]);
  });
});

describe("receiving", () => {
  test("a missing event is fetched and the order kept", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    server.write("cnv_1", "message.sent", "bot", { text: "One", author: "bot", reply_to: [2] }, true);
    server.write("cnv_1", "message.sent", "bot", { text: "Two", author: "bot", reply_to: [2] });
    await settle();
    expect(texts(widget)).toEqual(["Hello", "One", "Two"]);
  });

  test("after a cut the widget takes up where it was", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    server.cut("cnv_1");
    server.write("cnv_1", "message.sent", "bot", { text: "Meanwhile", author: "bot", reply_to: [2] });
    expect(widget.store.get().connection).toBe("connecting");
    await settle(1_000);
    expect(texts(widget)).toEqual(["Hello", "Meanwhile"]);
    expect(widget.store.get().connection).toBe("online");
  });

  test("back in the network, what was missed is there at once though the old socket looks open", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    widget.networkChanged(false);
    server.deafen("cnv_1");
    server.write("cnv_1", "message.sent", "bot", { text: "Meanwhile", author: "bot", reply_to: [2] });
    widget.networkChanged(true);
    await settle();
    expect(texts(widget)).toEqual(["Hello", "Meanwhile"]);
    expect(widget.store.get().connection).toBe("online");
    server.write("cnv_1", "message.sent", "bot", { text: "After", author: "bot", reply_to: [2] });
    await settle();
    expect(texts(widget).at(-1)).toBe("After");
  });

  test("a request that was sent into a dead line is not waited for", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    server.deafen("cnv_1");
    server.write("cnv_1", "message.sent", "bot", { text: "Meanwhile", author: "bot", reply_to: [2] });
    server.stuckSockets = true;
    server.hanging = true;
    widget.networkChanged(true);
    await settle();
    server.hanging = false;
    widget.networkChanged(true);
    await settle();
    expect(texts(widget)).toEqual(["Hello", "Meanwhile"]);
  });

  test("a line that does not bring the customer's own message is replaced", async () => {
    const widget = page();
    widget.send("Hello");
    await settle();
    server.deafen("cnv_1");
    widget.send("Second");
    await settle(3_500);
    expect(texts(widget)).toEqual(["Hello", "Second"]);
    server.write("cnv_1", "message.sent", "bot", { text: "Answer", author: "bot", reply_to: [3] });
    await settle();
    expect(texts(widget).at(-1)).toBe("Answer");
  });

  test("where no socket can be opened a long poll carries the conversation", async () => {
    server.noSockets = true;
    const widget = page();
    widget.send("Hello");
    await settle(2_500);
    server.write("cnv_1", "message.sent", "bot", { text: "By poll", author: "bot", reply_to: [2] });
    await settle(1_500);
    expect(texts(widget)).toEqual(["Hello", "By poll"]);
    expect(widget.store.get().connection).toBe("online");
    server.noSockets = false;
    await settle(20_000);
    server.write("cnv_1", "message.sent", "bot", { text: "By socket", author: "bot", reply_to: [2] });
    await settle();
    expect(texts(widget).at(-1)).toBe("By socket");
  });

  test("each new message is announced once; history is not", async () => {
    const first = page();
    first.send("Hello");
    await settle();
    server.write("cnv_1", "message.sent", "bot", { text: "Old **answer**", author: "bot", reply_to: [2] });
    await settle();
    expect(first.store.get().announcements.map(({ text }) => text)).toEqual(["Assistant: Old answer"]);
    first.stop();

    const second = page();
    await settle();
    const event = server.write("cnv_1", "message.sent", "bot", { text: "New answer", author: "bot", reply_to: [2] });
    for (const socket of server.conversations.get("cnv_1")?.sockets ?? []) socket.deliver({ kind: "event", event });
    await settle();
    expect(second.store.get().announcements.map(({ text }) => text)).toEqual(["Assistant: New answer"]);
  });

  test("unread messages are counted while the panel is closed", async () => {
    const widget = page();
    widget.setOpen(true);
    widget.send("Hello");
    await settle();
    widget.setOpen(false);
    server.write("cnv_1", "message.sent", "bot", { text: "Answer", author: "bot", reply_to: [2] });
    await settle();
    expect(unread(widget.store.get())).toBe(1);
    widget.setOpen(true);
    expect(unread(widget.store.get())).toBe(0);
  });
});

describe("a person", () => {
  test("can be asked for before the first message", async () => {
    const widget = page();
    widget.talkToPerson();
    await settle();
    expect(widget.store.get().conversation.owner).toEqual({ kind: "queue", position: 2 });
    expect(widget.store.get().personAsked).toBe(false);
  });

  test("is asked for again until the server has it", async () => {
    const widget = page();
    server.down = true;
    widget.talkToPerson();
    await settle();
    expect(widget.store.get().personAsked).toBe(true);
    server.down = false;
    await settle(4_000);
    expect(widget.store.get().conversation.owner.kind).toBe("queue");
  });

  test("is not asked for twice: the customer is told where they stand", async () => {
    const widget = page();
    widget.talkToPerson();
    await settle();
    widget.talkToPerson();
    await settle();
    expect(bodies("/handoff")).toHaveLength(1);
    expect(widget.store.get().notice).toContain("in line");
  });
});

describe("nobody is there", () => {
  const away = { handoff_id: "h1", position: 1, staffed: false };

  test("the way to leave a message is offered while nobody is, and no longer", async () => {
    const widget = page();
    widget.talkToPerson();
    await settle();
    expect(nobodyThere(widget.store.get())).toBe(false);
    server.write("cnv_1", "handoff.advanced", "system", away);
    expect(nobodyThere(widget.store.get())).toBe(true);
    server.write("cnv_1", "handoff.advanced", "system", { ...away, staffed: true });
    expect(nobodyThere(widget.store.get())).toBe(false);
    server.write("cnv_1", "handoff.advanced", "system", { ...away, staffed: true, opens_at: "2026-01-06T08:00:00Z" });
    expect(nobodyThere(widget.store.get())).toBe(true);
  });

  test("a message that failed is kept, and is the same message when it is sent again", async () => {
    const widget = page();
    widget.talkToPerson();
    await settle();
    widget.leaving.keepDraft({ email: "mara@example.com", phone: "", text: "It leaks." });
    server.down = true;
    await expect(widget.leaving.send({ email: "mara@example.com" }, "It leaks.", "m1")).rejects.toThrow();
    expect(widget.store.get().draft.text).toBe("It leaks.");
    server.down = false;
    await widget.leaving.send({ email: "mara@example.com" }, "It leaks.", "m1");
    expect(bodies("/leave_message")).toEqual([{ email: "mara@example.com", text: "It leaks.", client_message_id: "m1" }]);
    expect(widget.store.get().draft.text).toBe("");
  });

  test("where and by when is known from the log; another address keeps the time", async () => {
    const widget = page();
    widget.talkToPerson();
    await settle();
    server.write("cnv_1", "contact.given", "customer", { kind: "email", address: "mara@example.com", checked: "format" });
    server.write("cnv_1", "promise.made", "system", { promise_id: "p1", due_at: "2026-01-05T12:00:00Z" });
    server.write("cnv_1", "contact.given", "customer", { kind: "phone", address: "+43 1 58058", checked: "format" });
    expect(messageLeft(widget.store.get())).toEqual({ kind: "phone", address: "+43 1 58058", dueAt: "2026-01-05T12:00:00Z" });
    server.write("cnv_1", "handoff.returned", "agent", { handoff_id: "h1" });
    expect(messageLeft(widget.store.get())).toBeNull();
  });
});

describe("the survey", () => {
  const survey = (widget: Controller) => openSurvey(widget.store.get())?.episode ?? null;
  const offer = { episode_id: "eps_1", form: "ces7", company: "Oberlarn" };

  test("rests while what was not solved is worked on, and comes back when it ends", async () => {
    const widget = page();
    widget.send("It broke");
    await settle();
    server.write("cnv_1", "conversation.closed", "agent", { by: "agent:a1" });
    server.write("cnv_1", "survey.offered", "system", offer);
    expect(survey(widget)).toBe("eps_1");
    server.write("cnv_1", "conversation.reopened", "system", { by: "customer" });
    server.write("cnv_1", "feedback.given", "customer", { kind: "not_solved" });
    expect(survey(widget)).toBeNull();
    server.write("cnv_1", "conversation.closed", "agent", { by: "agent:a1" });
    expect(survey(widget)).toBe("eps_1");
    server.write("cnv_1", "survey.answered", "customer", { episode_id: "eps_1", form: "ces7", ces: 6 });
    server.write("cnv_1", "conversation.closed", "agent", { by: "agent:a1" });
    expect(survey(widget)).toBeNull();
  });

  test("goes at once when somebody says that it is not solved, before the log tells so", async () => {
    const widget = page();
    widget.send("It broke");
    await settle();
    server.write("cnv_1", "conversation.closed", "agent", { by: "agent:a1" });
    server.write("cnv_1", "survey.offered", "system", offer);
    await widget.ending.feedback("not_solved");
    expect(survey(widget)).toBeNull();
    server.write("cnv_1", "conversation.closed", "agent", { by: "agent:a1" });
    expect(survey(widget)).toBe("eps_1");
  });
});

describe("after a reload", () => {
  test("the history is there, and what was not sent goes out", async () => {
    const before = page();
    before.send("Hello");
    await settle();
    server.down = true;
    before.send("Written offline");
    await settle();
    before.stop();
    server.down = false;
    const later = page();
    await settle();
    expect(texts(later)).toEqual(["Hello", "Written offline"]);
    expect(server.conversations.size).toBe(1);
  });

  test("what the form said is not asked again, and goes along when the conversation is opened", async () => {
    const before = page();
    before.introduce({ name: "Mara", topic: "A delivery" });
    before.stop();
    const later = page();
    expect(later.store.get().about).toEqual({ name: "Mara", topic: "A delivery" });
    later.send("Hello");
    await settle();
    expect(bodies("/conversations")[0]).toMatchObject({ about: { name: "Mara", topic: "A delivery" } });
    later.stop();
    expect(page().store.get().about).toBeNull(); // the server has it; the browser does not keep it
  });

  test.each([true, false])("a person who was asked for is asked for until the server knows (begun: %s)", async (begun) => {
    const before = page();
    if (begun) before.send("Hello");
    await settle();
    server.down = true;
    before.talkToPerson();
    await settle();
    before.stop();
    server.down = false;
    const later = page();
    await settle();
    expect(later.store.get().conversation.owner.kind).toBe("queue");
    expect(later.store.get().personAsked).toBe(false);
    later.stop();
    page();
    await settle();
    expect(bodies("/handoff")).toHaveLength(1);
  });

  test("a conversation that the server no longer knows is replaced, and the message is not lost", async () => {
    const before = page();
    before.send("Hello");
    await settle();
    before.stop();
    server.conversations.delete("cnv_1");
    server.conversations.set("other", { events: [], sent: new Map(), sockets: new Set() });
    const later = page();
    later.send("Anybody?");
    await settle(500);
    expect(server.said("cnv_2")).toEqual(["Anybody?"]);
    expect(texts(later)).toEqual(["Anybody?"]);
  });
});

describe("identity", () => {
  test("the next person at this screen does not see another's conversation", async () => {
    const mara = page(token("mara"));
    mara.send("My private matter");
    await settle();
    mara.stop();
    const nobody = page(null);
    const theo = page(token("theo"));
    await settle();
    expect(texts(nobody)).toEqual([]);
    expect(texts(theo)).toEqual([]);
    const back = page(token("mara"));
    await settle();
    expect(texts(back)).toEqual(["My private matter"]);
  });

  test("signing out or switching forgets the conversation on this device", async () => {
    const widget = page(token("mara"));
    widget.send("My private matter");
    await settle();
    widget.identify(null);
    expect(texts(widget)).toEqual([]);
    const later = page(token("mara"));
    await settle();
    expect(texts(later)).toEqual([]);
  });

  test("an anonymous conversation becomes the customer's who signs in", async () => {
    const widget = page(null);
    widget.send("Hello");
    await settle();
    widget.identify(token("mara"));
    await settle();
    expect(bodies("/identify")).toEqual([{ identity_token: token("mara") }]);
    expect(texts(widget)).toEqual(["Hello"]);
  });

  test("a newer token of the same person is sent on", async () => {
    const widget = page(token("mara"));
    widget.send("Hello");
    await settle();
    expect(bodies("/identify")).toEqual([]);
    widget.identify(token("mara"));
    await settle();
    page(token("mara"));
    await settle();
    expect(bodies("/identify")).toEqual([{ identity_token: token("mara") }, { identity_token: token("mara") }]);
    expect(texts(widget)).toEqual(["Hello"]);
  });

  test("a stale proof does not stand between a customer and help", async () => {
    server.next.set("POST /conversations", { status: 401, body: { code: "identity_invalid", message: "Old.", data: {} } });
    const widget = page(token("mara"));
    widget.send("Hello");
    await settle();
    expect(asked).toBe(1);
    expect(texts(widget)).toEqual(["Hello"]);
  });

  test("a page whose proofs are never accepted is not asked in a circle", async () => {
    const widget = page(null);
    widget.send("Hello");
    await settle();
    for (let turn = 0; turn < 5; turn += 1) {
      server.next.set("POST /identify", { status: 401, body: { code: "identity_invalid", message: "Old.", data: {} } });
      widget.identify(token("mara"));
      await settle();
    }
    expect(asked).toBe(1);
    expect(texts(widget)).toEqual(["Hello"]);
  });

  test("what the page says while the conversation is being opened is not lost", async () => {
    const widget = page(null);
    widget.send("Hello");
    widget.identify(token("mara"));
    await settle();
    expect(bodies("/identify")).toHaveLength(1);
  });
});
