/** The opened hand-overs and what an agent does in them. */
import { ApiError } from "../shared/api";
import { newId } from "../shared/ids";
import { addEcho, dropEcho, EMPTY, hasGap, markEcho, reduce, reduceAll } from "../shared/reduce";
import type { Store } from "../shared/store";
import type { Fact, Packet, Schemas } from "../shared/types";
import type { DeskCalls, TransferTo } from "./calls";
import { touchesMails } from "./mails";
import type { DeskState, View } from "./state";
import { type Unsent, unsentOf, withUnsent } from "./unsent";
import { t } from "./words";

export interface ViewsPort {
  refreshQueue(): Promise<void>;
  signedOut(): void;
  /** Replies that are kept in this browser until the server has them. */
  unsent(): Unsent;
  keepUnsent(unsent: Unsent): void;
}

export class Views {
  /** A reading under way, and whether something happened that it may have missed. */
  private readonly reading = new Map<string, { again: boolean }>();

  constructor(
    private readonly store: Store<DeskState>,
    private readonly calls: DeskCalls,
    private readonly port: ViewsPort,
  ) {}

  get(id: string): View | undefined {
    return this.store.get().views[id];
  }

  async open(id: string): Promise<void> {
    if (!this.get(id)) {
      const echoes = unsentOf(this.port.unsent(), id);
      const conversation = echoes.length ? { ...EMPTY, echoes } : EMPTY;
      this.set({ id, status: "loading", detail: null, conversation, busy: null, problem: null });
    }
    await this.refresh(id);
  }

  refreshOpen(): void {
    const { selected } = this.store.get();
    if (selected) void this.refresh(selected);
  }

  receive(event: Fact): void {
    for (const view of Object.values(this.store.get().views)) {
      if (view.detail?.conversation_id !== event.conversation_id) continue;
      const conversation = reduce(view.conversation, event);
      this.set({ ...view, conversation });
      const moved = event.type.startsWith("handoff.") || event.type.startsWith("conversation.");
      if (hasGap(conversation) || moved || touchesMails(conversation, event))
        void this.refresh(view.id);
    }
  }

  accept(id: string): Promise<boolean> {
    return this.act(id, "accept", () => this.calls.accept(id));
  }

  /** Shown at once, sent, and replaced by the log's event. A second try carries the same id. */
  reply(id: string, text: string): void {
    const echo = { id: newId(), text, choice: null, at: new Date().toISOString(), status: "queued", reason: null } as const;
    this.change(id, (view) => ({ ...view, conversation: addEcho(view.conversation, echo), problem: null }));
    void this.deliver(id, echo.id, text);
  }

  retryReply(id: string): void {
    for (const echo of this.get(id)?.conversation.echoes ?? [])
      if (echo.status === "failed") void this.deliver(id, echo.id, echo.text);
  }

  /** Takes a reply that was refused out of the story; its words go where they can be changed. */
  takeBack(id: string, echoId: string): string {
    const echo = this.get(id)?.conversation.echoes.find((each) => each.id === echoId);
    this.change(id, (view) => ({ ...view, conversation: dropEcho(view.conversation, echoId) }));
    return echo?.text ?? "";
  }

  promise(id: string, text: string, dueAt: Date): Promise<boolean> {
    return this.act(id, "promise", () => this.calls.promise(id, text, dueAt.toISOString()));
  }

  note(id: string, text: string): Promise<boolean> {
    return this.act(id, "note", () => this.calls.note(id, text));
  }

  mailAgain(id: string, mailId: string): Promise<boolean> {
    return this.act(id, "mail", () => this.calls.mailAgain(id, mailId));
  }

  transfer(id: string, to: TransferTo, note: string): Promise<boolean> {
    return this.act(id, "transfer", () => this.calls.transfer(id, to, note));
  }

  handBack(id: string, note: string): Promise<boolean> {
    return this.act(id, "return", () => this.calls.handBack(id, note));
  }

  close(id: string, wrapUp: Schemas["Close"]): Promise<boolean> {
    return this.act(id, "close", () => this.calls.close(id, wrapUp));
  }

  /** The hand-over that begins, where the conversation is open again. */
  async reopen(id: string): Promise<string | null> {
    let fresh: string | null = null;
    await this.act(id, "reopen", async () => (fresh = (await this.calls.reopen(id)).handoff_id));
    return fresh;
  }

  async refresh(id: string): Promise<void> {
    const under = this.reading.get(id);
    if (under) {
      under.again = true;
      return;
    }
    const reading = { again: true };
    this.reading.set(id, reading);
    try {
      while (reading.again) {
        reading.again = false;
        const detail = await this.calls.handoff(id);
        this.change(id, (view) => ({
          ...view,
          status: "ready",
          detail: { ...detail, packet: whole(detail.packet) },
          conversation: reduceAll(view.conversation, detail.events),
        }));
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return this.port.signedOut();
      this.change(id, (view) => ({
        ...view,
        status: view.detail ? "ready" : "failed",
        problem: view.detail ? view.problem : describe(error),
      }));
    } finally {
      this.reading.delete(id);
    }
  }

  private async deliver(id: string, echoId: string, text: string): Promise<void> {
    const mark = (status: "sending" | "sent" | "failed" | "refused", reason: string | null = null) =>
      this.change(id, (view) => ({ ...view, conversation: markEcho(view.conversation, echoId, status, reason) }));
    mark("sending");
    try {
      await this.calls.message(id, echoId, text);
      mark("sent");
    } catch (error) {
      const ended = error instanceof ApiError && error.status === 401;
      const final = error instanceof ApiError && !error.retryable && !ended;
      mark(final ? "refused" : "failed", final ? error.message : null);
      if (ended) this.port.signedOut();
    }
  }

  private async act(id: string, name: string, call: () => Promise<unknown>): Promise<boolean> {
    this.change(id, (view) => ({ ...view, busy: name, problem: null }));
    try {
      await call();
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.port.signedOut();
      this.change(id, (view) => ({ ...view, problem: describe(error) }));
      return false;
    } finally {
      await Promise.all([this.port.refreshQueue(), this.refresh(id)]);
      this.change(id, (view) => ({ ...view, busy: null }));
    }
  }

  private set(view: View): void {
    const { echoes } = view.conversation;
    if (echoes !== (this.get(view.id)?.conversation ?? EMPTY).echoes) this.port.keepUnsent(withUnsent(this.port.unsent(), view.id, echoes));
    this.store.set({ views: { ...this.store.get().views, [view.id]: view } });
  }

  private change(id: string, change: (view: View) => View): void {
    const view = this.get(id);
    if (view) this.set(change(view));
  }
}

/** On the wire a packet leaves out its empty lists. An empty packet stays empty: there is nothing to show. */
function whole(packet: Packet): Packet {
  if (!packet?.summary) return packet;
  return { ...packet, ...fill(packet, ["tried", "operations", "articles", "promises", "approvals", "missing"]) };
}

function fill(packet: Packet, lists: (keyof Packet)[]): Partial<Packet> {
  return Object.fromEntries(lists.map((name) => [name, packet[name] ?? []]));
}

function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return t("unreachable");
  if (error.status !== 409) return error.message;
  const winner = error.data.accepted_by;
  return typeof winner === "string" && winner ? t("lostTo", { name: winner }) : error.message;
}
