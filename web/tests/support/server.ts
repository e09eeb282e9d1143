/**
 * The server's side of the customer's contract, in memory, behind `fetch` and `WebSocket`: the pages' own code runs
 * whole, and a test says what the network does.
 */
import type { Fact, LogEvent } from "../../shared/types";

interface Kept {
  events: LogEvent[];
  sent: Map<string, number>;
  sockets: Set<FakeSocket>;
}

export class FakeServer {
  readonly conversations = new Map<string, Kept>();
  readonly requests: { method: string; path: string; body: Record<string, unknown> }[] = [];
  /** Requests do not arrive. */
  down = false;
  /** Requests are sent and nothing comes back. */
  hanging = false;
  /** Sockets cannot be opened: a proxy refuses the upgrade. */
  noSockets = false;
  /** Sockets neither open nor fail. */
  stuckSockets = false;
  /** Answers in place of the usual ones, by "METHOD path-ending", once each. */
  readonly next = new Map<string, { status: number; body: unknown }>();

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    const path = url.pathname.replace("/api/v1", "");
    const method = init?.method ?? "GET";
    const body = init?.body ? JSON.parse(String(init.body)) : {};
    if (this.down) throw new TypeError("network");
    if (this.hanging) await new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new TypeError("aborted"))));
    this.requests.push({ method, path, body });
    for (const [key, answer] of this.next) {
      const [wanted, ending] = key.split(" ") as [string, string];
      if (method !== wanted || !path.endsWith(ending)) continue;
      this.next.delete(key);
      return reply(answer.status, answer.body);
    }
    return this.answer(method, path, url, body, init?.signal ?? null);
  };

  socket(address: string): FakeSocket {
    const url = new URL(address);
    const id = url.pathname.split("/")[4] ?? "";
    const socket = new FakeSocket();
    const kept = this.conversations.get(id);
    queueMicrotask(() => {
      if (this.stuckSockets) return;
      if (this.noSockets || this.down) return socket.drop(1006);
      socket.readyState = 1;
      socket.onopen?.();
      if (!kept) return socket.drop(4404);
      kept.sockets.add(socket);
      for (const event of kept.events.slice(Number(url.searchParams.get("after")))) socket.deliver({ kind: "event", event });
      socket.deliver({ kind: "heartbeat", epoch: 1, head_seq: kept.events.length });
    });
    return socket;
  }

  /** Writes an event and tells the open sockets; `silent` leaves them to find out. */
  write(id: string, type: Fact["type"], source: Fact["source"], data: object, silent = false): LogEvent {
    const kept = this.kept(id);
    const seq = kept.events.length + 1;
    const event = {
      id: `${id}-${seq}`,
      seq,
      type,
      version: 1,
      conversation_id: id,
      occurred_at: "2026-01-05T09:00:00Z",
      source,
      epoch: 1,
      visibility: "all",
      data,
    } as unknown as LogEvent;
    kept.events.push(event);
    if (!silent) for (const socket of kept.sockets) socket.deliver({ kind: "event", event });
    return event;
  }

  /** The customer's messages in the log, in order. */
  said(id: string): string[] {
    return this.kept(id).events.flatMap((event) =>
      event.type === "message.sent" && event.source === "customer" ? [event.data.text] : [],
    );
  }

  cut(id: string): void {
    for (const socket of this.kept(id).sockets) socket.drop(1006);
    this.kept(id).sockets.clear();
  }

  /** The line is gone and nobody has told the reader: its socket stays open and carries nothing. */
  deafen(id: string): void {
    this.kept(id).sockets.clear();
  }

  private kept(id: string): Kept {
    const kept = this.conversations.get(id);
    if (!kept) throw new Error(`no conversation ${id}`);
    return kept;
  }

  private async answer(method: string, path: string, url: URL, body: Record<string, unknown>, signal: AbortSignal | null) {
    if (method === "POST" && path === "/conversations") {
      const id = `cnv_${this.conversations.size + 1}`;
      this.conversations.set(id, { events: [], sent: new Map(), sockets: new Set() });
      this.write(id, "conversation.opened", "customer", { channel: "web" });
      return reply(201, { conversation_id: id, token: `tok_${id}`, head_seq: 1, epoch: 1 });
    }
    const [, , id = "", verb] = path.split("/");
    const kept = this.conversations.get(id);
    if (!kept) return reply(404, { code: "not_found", message: "There is no such conversation.", data: {}, request_id: "r" });
    if (verb === "events") {
      const after = Number(url.searchParams.get("after"));
      if (kept.events.length <= after && Number(url.searchParams.get("wait")) > 0) await this.until(kept, after, signal);
      return reply(200, { events: kept.events.slice(after, after + 500), head_seq: kept.events.length, epoch: 1 });
    }
    if (verb === "messages") {
      const key = String(body.client_message_id);
      const known = kept.sent.get(key);
      if (known) return reply(202, { seq: known });
      const text = String(body.text ?? body.choice);
      const event = this.write(id, "message.sent", "customer", { text, author: "customer", client_message_id: key, reply_to: [] });
      kept.sent.set(key, event.seq);
      return reply(202, { seq: event.seq });
    }
    if (verb === "handoff") {
      const event = this.write(id, "handoff.queued", "system", { handoff_id: "h1", queue: "support", position: 2 });
      return reply(202, { seq: event.seq });
    }
    return reply(204, null);
  }

  /** A long poll: waits for an event or for the reader to give up. */
  private async until(kept: Kept, after: number, signal: AbortSignal | null): Promise<void> {
    while (kept.events.length <= after) {
      if (signal?.aborted) throw new DOMException("", "AbortError");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export class FakeSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  deliver(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

export class FakeStorage {
  private readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

function reply(status: number, body: unknown): Response {
  return new Response(body === null ? null : JSON.stringify(body), { status });
}
