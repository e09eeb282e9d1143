/** A desk with Ana signed in, before a server that answers from what a test puts into it. */
import { vi } from "vitest";
import { deskCalls } from "../../desk/calls";
import { Desk } from "../../desk/controller";
import type { OwedPromise } from "../../desk/owed";
import type { Fact, HandoffDetail, InboxItem, Packet } from "../../shared/types";
import { colleague } from "./builders";
import { FakeSocket, FakeStorage } from "../support/server";

export const ME = { id: "agt_1", email: "ana@shop.example", name: "Ana", roles: ["agent"], expires_at: "2099-01-01T00:00:00Z" };

export class DeskServer {
  open: InboxItem[] = [];
  promises: OwedPromise[] = [];
  /** Ids of those who work at the desk. */
  staff: string[] = ["agt_1"];
  /** By hand-over, beside what every one has. */
  details: Record<string, Partial<HandoffDetail>> = {};
  events: Fact[] = [];
  /** What a call does instead of answering nothing, by "METHOD /path". */
  acts: Record<string, () => unknown> = {};
  asked: string[] = [];
  /** What was sent, by "METHOD /path", in order. */
  sent: Record<string, Record<string, unknown>[]> = {};
  rings = 0;
  notified: { text: string; open: () => void }[] = [];
  readonly socket = new FakeSocket();
  /** Of the browser: a desk that is signed in again finds it. */
  readonly storage = new FakeStorage();

  async signIn(): Promise<Desk> {
    const socket = this.socket;
    vi.stubGlobal("WebSocket", function () {
      return socket;
    });
    const desk = new Desk({
      calls: deskCalls("https://desk.example", (input, init) => this.answer(String(input), init?.method ?? "GET", init?.body)),
      storage: this.storage,
      ring: () => (this.rings += 1),
      notify: (text, open) => this.notified.push({ text, open }),
    });
    await desk.start();
    socket.readyState = 1;
    socket.onopen?.();
    await vi.advanceTimersByTimeAsync(200);
    return desk;
  }

  detail(id: string): HandoffDetail {
    return {
      handoff_id: id,
      conversation_id: "cnv_1",
      state: "queued",
      owner: "queue",
      epoch: 2,
      reason: "frustration",
      packet: { customer: { name: "Mara Voss" }, summary: { problem: "Late" } } as Packet,
      events: this.events,
      recovery: [],
      mails: [],
      in_other_languages: { seqs: [], into: "en", model: null },
      ...this.details[id],
    };
  }

  private async answer(url: string, method: string, body: unknown): Promise<Response> {
    const path = new URL(url).pathname.replace("/api/v1", "");
    const call = `${method} ${path}`;
    this.asked.push(call);
    if (typeof body === "string") (this.sent[call] ??= []).push(JSON.parse(body) as Record<string, unknown>);
    const found = (await this.acts[call]?.()) ?? this.known(method, path);
    return found instanceof Response ? found : new Response(JSON.stringify(found), { status: 200 });
  }

  private known(method: string, path: string): unknown {
    if (path === "/session") return ME;
    if (path === "/desk/inbox") return { open: this.open, total: this.open.length, answer_within: 180 };
    if (path === "/canned-replies") return { replies: [] };
    if (path === "/desk/closed" || path === "/desk/search") return { items: [] };
    if (path === "/approvals") return { approvals: [] };
    if (path === "/promises") return { promises: this.promises };
    if (path.endsWith("/viewing")) return { viewers: [] };
    if (path.endsWith("/reasks")) return { reasks: [] };
    if (path === "/agents") return { agents: this.staff.map((id) => colleague(id)) };
    if (method === "GET" && path.startsWith("/handoffs/")) return this.detail(path.split("/")[2] ?? "");
    return null;
  }
}

/** A refusal of the server, as it comes over the wire. */
export function refused(status: number, code: string, message: string, data: object = {}): Response {
  return new Response(JSON.stringify({ code, message, data }), { status });
}
