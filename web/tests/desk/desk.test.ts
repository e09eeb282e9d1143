import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Fact, HandoffDetail, InboxItem, Packet } from "../../shared/types";
import { deskCalls } from "../../desk/calls";
import { COMMANDS } from "../../desk/commands";
import { Desk } from "../../desk/controller";
import { type Approval, type OwedPromise, pressing } from "../../desk/owed";
import { lists } from "../../desk/state";
import { label } from "../../desk/words";
import { FakeSocket, FakeStorage } from "../support/server";
import { fact, said } from "../shared/builders";
import { approval, item, promise } from "./builders";

const ME = { id: "agt_1", email: "ana@shop.example", name: "Ana", roles: ["agent"], expires_at: "2099-01-01T00:00:00Z" };
const AGENT = { kind: "agent:agt_1" };

let waiting: InboxItem[];
let mine: InboxItem[];
let events: Fact[];
let failures: Map<string, { status: number; body: object }>;
let asked: { method: string; path: string; body: Record<string, unknown> }[];
let socket: FakeSocket;
let rings: number;
let unseen: boolean;
let notified: string[];
let reasks: object[];
let approvals: Approval[];
let promises: OwedPromise[];
let desk: Desk;

function answer(method: string, path: string): unknown {
  if (path === "/session") return method === "POST" ? { token: "t", roles: ME.roles, expires_at: ME.expires_at } : ME;
  if (path === "/desk/inbox") return { open: [...waiting, ...mine], total: waiting.length + mine.length, answer_within: 180 };
  if (path === "/canned-replies") return { replies: [] };
  if (path === "/approvals" && method === "GET") return { approvals };
  if (path === "/promises") return { promises };
  if (path.endsWith("/reasks")) return { reasks };
  if (path.endsWith("/viewing")) return { viewers: [] };
  if (method === "GET" && path.startsWith("/handoffs/")) {
    const id = path.split("/")[2] ?? "";
    const own = mine.some((each) => each.handoff_id === id);
    return {
      handoff_id: id,
      conversation_id: "cnv_1",
      state: own ? "accepted" : "queued",
      owner: own ? AGENT.kind : "queue",
      epoch: 2,
      reason: "frustration",
      packet: { customer: { name: "Mara Voss" }, summary: { problem: "Late" } } as Packet,
      events,
      recovery: [],
      mails: [],
      in_other_languages: { seqs: [], into: "en", model: null },
    } satisfies HandoffDetail;
  }
  if (path.endsWith("/accept")) {
    mine = waiting.map((each) => ({ ...each, state: "accepted", owner: AGENT.kind }));
    waiting = [];
    events = [...events, fact(events.length + 1, "handoff.accepted", { handoff_id: "h1", agent_id: "agt_1", agent_name: "Ana" })];
  }
  return null;
}

const fetch: typeof globalThis.fetch = async (input, init) => {
  const path = new URL(String(input)).pathname.replace("/api/v1", "");
  const method = init?.method ?? "GET";
  asked.push({ method, path, body: init?.body ? JSON.parse(String(init.body)) : {} });
  for (const [key, failure] of failures) {
    if (`${method} ${path}`.endsWith(key)) {
      failures.delete(key);
      return new Response(JSON.stringify(failure.body), { status: failure.status });
    }
  }
  return new Response(JSON.stringify(answer(method, path)), { status: 200 });
};

const settle = (ms = 200) => vi.advanceTimersByTimeAsync(ms);
const view = (id = "h1") => desk.views.get(id);

beforeEach(async () => {
  vi.useFakeTimers();
  waiting = [item("h1"), item("h2", { customer_name: null, problem: "A stove smells", reason: "safety" })];
  mine = [];
  events = [fact(1, "conversation.opened", { channel: "web" }), said(2, "customer", "Where are my boots?")];
  failures = new Map();
  asked = [];
  rings = 0;
  unseen = false;
  notified = [];
  reasks = [];
  approvals = [];
  promises = [];
  socket = new FakeSocket();
  vi.stubGlobal("WebSocket", function () {
    return socket;
  });
  desk = new Desk({
    calls: deskCalls("https://desk.example", fetch),
    storage: new FakeStorage(),
    ring: () => (rings += 1),
    unseen: () => unseen,
    notify: (text) => notified.push(text),
  });
  await desk.start();
  socket.readyState = 1;
  socket.onopen?.();
  socket.deliver({ kind: "queue" });
  await settle();
});

afterEach(() => {
  void desk.signOut();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the session", () => {
  test("is taken up from the cookie, comes online and keeps the presence alive without a sign of work", async () => {
    expect(desk.store.get().signedIn).toMatchObject({ status: "in", session: { name: "Ana" } });
    const count = (method: string, wanted: string) => asked.filter((each) => each.method === method && each.path === wanted).length;
    await settle(65_000);
    expect(count("GET", "/session")).toBe(3); // the first one was the cookie's
    expect(count("PUT", "/agents/me/presence")).toBe(1);
  });

  test("ends with a sentence when the server ends it", async () => {
    failures.set("GET /desk/inbox", { status: 401, body: { code: "session_ended", message: "x" } });
    await desk.refreshQueue();
    expect(desk.store.get().signedIn).toMatchObject({ status: "out", reason: expect.stringContaining("session has ended") });
  });

  test("a wrong password is told apart from a server that is away", async () => {
    failures.set("POST /session", { status: 401, body: { code: "sign_in_failed", message: "x" } });
    await desk.signIn("a@b.example", "wrong");
    expect(desk.store.get().signedIn).toMatchObject({ status: "out", reason: expect.stringContaining("do not match") });
  });
});

describe("the queue", () => {
  test("a hint brings the new hand-over with a toast, and a sound only when wanted", async () => {
    waiting = [...waiting, item("h3", { customer_name: "Theo" })];
    socket.deliver({ kind: "queue" });
    await settle();
    expect(desk.store.get().toasts.map(({ text }) => text)).toEqual(["New hand-over: Theo"]);
    expect(rings).toBe(0);
    desk.setSound(true);
    waiting = [...waiting, item("h4")];
    socket.deliver({ kind: "queue" });
    await settle();
    expect(rings).toBe(2);
  });

  test("j and k walk through both lists and stop at their ends", async () => {
    desk.move(1);
    expect(desk.store.get().selected).toBe("h1");
    desk.move(1);
    desk.move(1);
    expect(desk.store.get().selected).toBe("h2");
    desk.move(-1);
    expect(desk.store.get().selected).toBe("h1");
    await settle();
  });

  test("the search looks at name, problem and reason", () => {
    desk.search("stove");
    expect(lists(desk.store.get()).waiting.map(({ handoff_id }) => handoff_id)).toEqual(["h2"]);
  });

  test("choosing a view ends a search", async () => {
    desk.search("stove");
    await desk.showInbox("open");
    expect(desk.store.get()).toMatchObject({ query: "", found: null, inboxView: "open" });
  });
});

describe("a conversation", () => {
  beforeEach(async () => {
    desk.select("h1");
    await settle();
  });

  test("is accepted once; the loser reads who was faster", async () => {
    failures.set("/accept", { status: 409, body: { code: "already_accepted", message: "x", data: { accepted_by: "Idris" } } });
    expect(await desk.views.accept("h1")).toBe(false);
    expect(view()?.problem).toBe("Idris was faster and has this conversation.");
    expect(await desk.views.accept("h1")).toBe(true);
    expect(view()).toMatchObject({ problem: null, detail: { owner: "agent:agt_1" } });
  });

  test("a reply is shown at once and replaced by its event, which may come twice", async () => {
    desk.views.reply("h1", "Hello Mara");
    const id = view()?.conversation.echoes[0]?.id as string;
    await settle();
    expect(asked.at(-1)).toMatchObject({ path: "/handoffs/h1/messages", body: { client_message_id: id, text: "Hello Mara" } });
    const event = said(3, "agent", "Hello Mara", { author: "agt_1", client_message_id: id });
    socket.deliver({ kind: "event", event });
    socket.deliver({ kind: "event", event });
    expect(view()?.conversation.echoes).toEqual([]);
    expect(view()?.conversation.facts).toHaveLength(3);
  });

  test("a reply that failed is tried again under the same id", async () => {
    failures.set("/messages", { status: 503, body: { code: "unavailable", message: "x" } });
    desk.views.reply("h1", "Hello Mara");
    await settle();
    expect(view()?.conversation.echoes[0]?.status).toBe("failed");
    desk.views.retryReply("h1");
    await settle();
    const ids = asked.filter(({ path }) => path.endsWith("/messages")).map(({ body }) => body.client_message_id);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
  });

  test("an event with a gap before it makes the desk read the whole again", async () => {
    events = [...events, said(3, "bot", "One"), said(4, "customer", "Two")];
    socket.deliver({ kind: "event", event: events[3] as Fact });
    expect(view()?.conversation.seq).toBe(2);
    await settle();
    expect(view()?.conversation.seq).toBe(4);
  });

  test("a packet that came without its empty lists is whole", () => {
    expect(view()?.detail?.packet).toMatchObject({ tried: [], operations: [], articles: [], approvals: [], missing: [] });
  });

  test("empty notes are not sent along", async () => {
    await desk.views.transfer("h1", { queue: "senior" }, "");
    await desk.views.transfer("h1", { agent_id: "agt_2" }, "She knows you");
    await desk.views.handBack("h1", "Tell her the date");
    const bodies = asked.filter(({ method, path }) => method === "POST" && path.startsWith("/handoffs")).map(({ body }) => body);
    expect(bodies).toEqual([{ queue: "senior" }, { agent_id: "agt_2", note: "She knows you" }, { note: "Tell her the date" }]);
  });

  test("the customer's typing is shown and passes", async () => {
    socket.deliver({ kind: "typing", who: "customer", conversation_id: "cnv_1" });
    expect(desk.store.get().typing).toEqual({ cnv_1: "customer" });
    await settle(7_000);
    expect(desk.store.get().typing).toEqual({});
  });
});

test("every code of the contract has words; an unknown one is shown as it is", () => {
  expect(label("reason", "explicit_request")).toBe("Asked for a person");
  expect(label("reason", "moon_phase")).toBe("moon phase");
});

describe("the parts of the desk", () => {
  test("choosing a conversation goes to the conversations, going elsewhere keeps it chosen", () => {
    desk.go("knowledge");
    expect(desk.store.get().section).toBe("knowledge");
    desk.select("h1");
    expect(desk.store.get()).toMatchObject({ section: "conversations", selected: "h1" });
    desk.go("knowledge");
    expect(desk.store.get().selected).toBe("h1");
  });

  test("a session that ended while another part asked is told, and the part is still wanted after signing in", async () => {
    desk.go("knowledge");
    failures.set("GET /articles", { status: 401, body: { code: "session_ended", message: "x" } });
    await expect(desk.request("GET", "/articles")).rejects.toMatchObject({ status: 401 });
    expect(desk.store.get()).toMatchObject({ signedIn: { status: "out", reason: expect.stringContaining("ended") }, section: "knowledge" });
    await desk.signIn("ana@shop.example", "x");
    expect(desk.store.get().section).toBe("knowledge");
  });

  test("what was done can be taken back for a while", async () => {
    const undo = vi.fn();
    desk.toast("Done.", null, undo);
    desk.store.get().toasts.at(-1)?.undo?.();
    expect(undo).toHaveBeenCalledOnce();
    await settle(9_000);
    expect(desk.store.get().toasts).toEqual([]);
  });

  test("what cannot be kept on this device is said", () => {
    expect(desk.keep("draft", "words")).toBe(true);
    expect(desk.recall("draft")).toBe("words");
    expect(desk.keep("draft", null)).toBe(true);
    expect(desk.recall("draft")).toBeNull();
    const full = new Desk({ calls: deskCalls("https://desk.example", fetch), storage: { ...new FakeStorage(), setItem: () => { throw new Error("full"); } }, ring: () => {} });
    expect(full.keep("draft", "words")).toBe(false);
  });
});

describe("several conversations", () => {
  test("keep their drafts, also over a reload, and each agent their own", async () => {
    desk.select("h1");
    desk.write("h1", { reply: "Half a sent" });
    desk.select("h2");
    expect(desk.store.get().tabs).toEqual(["h1", "h2"]);
    desk.turn(1);
    expect(desk.store.get().selected).toBe("h1");
    await settle();

    await desk.start();
    await settle();
    expect(desk.store.get().drafts).toEqual({ h1: { reply: "Half a sent", note: "" } });
    expect(desk.store.get().tabs).toEqual(["h1", "h2"]);
    desk.closeTab("h1");
    expect(desk.store.get()).toMatchObject({ tabs: ["h2"], selected: "h2" });
    expect(desk.store.get().drafts.h1?.reply).toBe("Half a sent");
  });

  test("are read when they are on the screen", async () => {
    desk.select("h1");
    await settle();
    expect(desk.store.get().read).toEqual({ h1: 2 });
    expect(desk.store.get().read.h2).toBeUndefined();
  });
});

describe("what calls an agent", () => {
  const alone = { kind: "offer", handoff_id: "h1", conversation_id: "cnv_1", expires_at: "" } as const;
  const offered = () => [item("h1", { offered_until: new Date(Date.now() + 30_000).toISOString() })];

  beforeEach(() => {
    desk.setSound(true);
    desk.setNotify(true, true);
    rings = 0;
  });

  test("an offer rings, is taken with one key press, and opens", async () => {
    waiting = offered();
    socket.deliver(alone);
    await settle(10);
    expect([rings, notified]).toEqual([1, ["Offered to you: Mara Voss"]]);
    const accept = COMMANDS.find(({ key }) => key === "y")!;
    expect(accept.ready?.(desk.store.get())).toBe(true);
    accept.run(desk, {} as never);
    await settle();
    expect(desk.store.get()).toMatchObject({ selected: "h1", queue: { counts: { mine: 1, waiting: 0 } } });
    expect(accept.ready?.(desk.store.get())).toBe(false);
  });

  test("what is new and offered a moment later calls once, and a later offer again", async () => {
    const offer = (seconds: number) => item("h9", { offered_until: new Date(Date.now() + seconds * 1_000).toISOString() });
    waiting = [...waiting, item("h9")];
    await desk.refreshQueue();
    waiting = [...waiting.slice(0, -1), offer(30)];
    await desk.refreshQueue();
    expect([rings, notified]).toEqual([1, ["New hand-over: Mara Voss"]]);
    await settle(60_000);
    waiting = [...waiting.slice(0, -1), offer(30)];
    await desk.refreshQueue();
    expect([rings, notified[1]]).toEqual([2, "Offered to you: Mara Voss"]);
  });

  test("an offer that is passed by asks the server once; one that is gone already is said", async () => {
    waiting = offered();
    await desk.refreshQueue();
    failures.set("POST /handoffs/h1/decline", { status: 409, body: { code: "not_offered", message: "This is not offered to you any more." } });
    await desk.declineOffer("h1");
    expect(desk.store.get().toasts.map(({ text }) => text)).toEqual(["This is not offered to you any more."]);
    await desk.declineOffer("h1");
    expect(asked.filter(({ path }) => path === "/handoffs/h1/decline")).toHaveLength(2);
  });

  test("what a colleague passed on rings, although it was on the list before", async () => {
    mine = [item("h3", { state: "accepted", owner: "agent:agt_2", accepted_by: "Ben" })];
    await desk.refreshQueue();
    mine = [];
    waiting = [...waiting, item("h3")];
    socket.deliver({ kind: "queue" });
    await settle();
    expect([rings, notified]).toEqual([1, ["New hand-over: Mara Voss"]]);
  });

  test("a customer's message calls unless it stands on the screen, and only as the agent wants", async () => {
    mine = [item("h3", { conversation_id: "cnv_3", state: "accepted", owner: AGENT.kind, customer_seq: 2 })];
    await desk.refreshQueue();
    const write = (seq: number) => socket.deliver({ kind: "event", event: { ...said(seq, "customer", "Hello?"), conversation_id: "cnv_3" } });
    write(9);
    write(9);
    expect([rings, notified]).toEqual([1, ["Mara Voss wrote"]]);
    desk.select("h3");
    await settle();
    write(10);
    expect(rings).toBe(1);
    unseen = true;
    write(11);
    expect([rings, notified.length]).toEqual([2, 2]);
    desk.setSound(false);
    desk.setNotify(false, true);
    write(12);
    expect([rings, notified.length]).toEqual([2, 2]);
  });

  test("notifications stay off where the browser refuses them, and that is said", () => {
    desk.setNotify(true, false);
    expect(desk.store.get().notify).toBe(false);
    expect(desk.recall("notify")).toBe("off");
    expect(desk.store.get().toasts.at(-1)?.text).toContain("does not allow notifications");
  });
});

test("what a customer writes in another conversation of mine is new at once", async () => {
  mine = [item("h3", { conversation_id: "cnv_3", state: "accepted", owner: AGENT.kind, customer_seq: 2 })];
  await desk.refreshQueue();
  socket.deliver({ kind: "event", event: { ...said(9, "customer", "Are you there?"), conversation_id: "cnv_3" } });
  expect(desk.store.get().queue?.mine[0]).toMatchObject({ customer_seq: 9, problem: "Are you there?" });
});

describe("help while answering", () => {
  test("says that this agent looks, again and again, and stops when they go", async () => {
    desk.select("h1");
    await settle(21_000);
    const looks = () => asked.filter(({ method, path }) => method === "PUT" && path === "/handoffs/h1/viewing").length;
    expect(looks()).toBe(3);
    desk.select(null);
    await settle(30_000);
    expect(looks()).toBe(3);
    expect(asked.some(({ method, path }) => method === "DELETE" && path === "/handoffs/h1/viewing")).toBe(true);
  });

  test("tells who else is here when the socket says so", () => {
    socket.deliver({ kind: "viewers", conversation_id: "cnv_1", viewers: [{ agent_id: "agt_2", name: "Ben", typing: true }] });
    expect(desk.store.get().viewers.cnv_1).toEqual([{ agent_id: "agt_2", name: "Ben", typing: true }]);
  });

  test("warns of what is asked again, and never holds an answer up when the server is silent", async () => {
    reasks = [{ subject: "order_number", value: "OB-1", seq: 3 }];
    expect(await desk.assist.reasks("h1", "Your order number?")).toEqual(reasks);
    failures.set("POST /handoffs/h1/reasks", { status: 503, body: { code: "away", message: "x" } });
    expect(await desk.assist.reasks("h1", "Your order number?")).toEqual([]);
  });

  test("is away when the server says so, and comes back with a touch", async () => {
    socket.deliver({ kind: "heartbeat", presence: "away" });
    expect(desk.store.get()).toMatchObject({ presence: "away", idle: true });
    desk.touched();
    await settle();
    expect(desk.store.get()).toMatchObject({ presence: "online", idle: false });
    expect(asked.filter(({ path }) => path === "/agents/me/presence").at(-1)?.body).toEqual({ state: "online" });
    for (const presence of ["away", "online"]) socket.deliver({ kind: "heartbeat", presence });
    expect(desk.store.get()).toMatchObject({ presence: "online", idle: false }); // touched in another window
  });

  test("a touch is told now and then: by the socket, or without one; never by who chose to be away", async () => {
    const told = () => socket.sent.filter((frame) => (frame as { kind: string }).kind === "active").length;
    for (let at = 0; at < 50; at += 1) {
      desk.touched();
      await settle(1_000);
    }
    expect(told()).toBe(3);
    socket.readyState = 3;
    await settle(20_000);
    desk.touched();
    expect(asked.at(-1)).toMatchObject({ method: "PUT", path: "/agents/me/presence", body: { state: "online" } });
    await desk.setPresence("away");
    socket.deliver({ kind: "heartbeat", presence: "away" });
    await settle(20_000);
    desk.touched();
    expect(told()).toBe(3);
    expect(desk.store.get()).toMatchObject({ presence: "away", idle: false });
  });
});

describe("what is owed", () => {
  test("what presses is what I may decide and what is due", () => {
    const others = { ...approval, may_decide: false, needs_role: "lead" };
    const far = { ...promise, state: "open" } as const;
    expect(pressing(null)).toBe(null);
    expect(pressing({ approvals: [approval, others], promises: [promise, far] })).toBe(2);
  });

  test("a hint brings it, a decision takes it from the list and says what follows", async () => {
    approvals = [approval];
    socket.deliver({ kind: "queue" });
    await settle();
    expect(desk.store.get().owed?.approvals).toEqual([approval]);
    approvals = [];
    expect(await desk.owed.decide(approval, "approved")).toBe(true);
    expect(asked.find(({ path }) => path === "/approvals/apr_1")?.body).toEqual({ decision: "approved" });
    expect(desk.store.get().owed?.approvals).toEqual([]);
    expect(desk.store.get().toasts.map(({ text }) => text)).toContain("Approved. It is carried out now, and the customer is told.");
  });

  test("a decision that somebody else took is said, and the list is read again", async () => {
    failures.set("POST /approvals/apr_1", { status: 409, body: { code: "already_decided", message: "This has been decided already.", data: {} } });
    expect(await desk.owed.decide(approval, "declined")).toBe(false);
    expect(desk.store.get().toasts.map(({ text }) => text)).toContain("This has been decided already.");
    expect(asked.filter(({ path }) => path === "/approvals").length).toBeGreaterThan(1);
  });

  test("what cannot be loaded is said and what was there stays", async () => {
    promises = [promise];
    await desk.owed.load();
    failures.set("GET /promises", { status: 503, body: { code: "unavailable", message: "Please try again.", data: {} } });
    await desk.owed.load();
    expect(desk.store.get().owed?.promises).toEqual([promise]);
    expect(desk.store.get().owedProblem).toBe("Please try again.");
    await desk.owed.load();
    expect(desk.store.get().owedProblem).toBe(null);
  });

  test("a promise is kept with its proof", async () => {
    expect(await desk.owed.keep("prm_1", "called at ten")).toBe(true);
    expect(asked.find(({ path }) => path === "/promises/prm_1/keep")?.body).toEqual({ proof: "called at ten" });
  });
});
