/** The conversation on this device: opened, taken up again, proven, remembered, and replaced where the server lost it. */
import { ApiError } from "../shared/api";
import { EMPTY, hasGap } from "../shared/reduce";
import type { Store } from "../shared/store";
import { ConversationStream } from "../shared/stream";
import type { CustomerCalls, Place } from "./calls";
import { type IdentityKeeper, subjectOf } from "./identity";
import type { Inbox } from "./inbox";
import { INITIAL, type WidgetState } from "./state";
import type { Memory } from "./storage";

export interface SessionOptions {
  calls: CustomerCalls;
  memory: Memory;
  locale: string;
  place: () => Place;
  now: () => number;
}

export interface SessionHooks {
  /** Messages, and the wish for a person, wait for the server; `failed` takes up those that did not arrive, too. */
  deliver(failed: boolean): void;
  /** The host page said somebody else while the conversation was being opened. */
  identityMoved(): void;
  /** This conversation is left: what runs for it ends. */
  left(): void;
}

export type Known = NonNullable<ReturnType<Memory["load"]>>;

/** A server that knows no conversation at all must not be asked for new ones without end. */
const RECOVER_EVERY_MS = 30_000;

export class Session {
  id: string | null = null;
  subject: string | null = null;
  stream: ConversationStream | null = null;
  private token: string | null = null;
  private opening: Promise<string> | null = null;
  private recoveredAt = 0;
  /** The conversation that the last request spoke of. */
  private target: string | null = null;

  constructor(
    private readonly store: Store<WidgetState>,
    private readonly options: SessionOptions,
    private readonly identity: IdentityKeeper,
    private readonly inbox: Inbox,
    private readonly hooks: SessionHooks,
  ) {}

  ensureOpen(): Promise<string> {
    if (this.id) return Promise.resolve(this.id);
    this.opening ??= this.openNew().finally(() => (this.opening = null));
    return this.opening;
  }

  /** As `ensureOpen`, for a request after which `recover` may be needed. */
  async addressed(): Promise<string> {
    return (this.target = await this.ensureOpen());
  }

  resume({ id, token, subject, unsent, ...waits }: Known): void {
    const echoes = unsent.map((echo) => ({ ...echo, status: "queued" as const }));
    this.store.set({ ...waits, conversation: { ...EMPTY, echoes } });
    if (id && token) this.attach(id, token, subject);
    else this.hooks.deliver(false);
  }

  /** An anonymous conversation becomes this customer's. */
  async prove(id: string, identityToken: string): Promise<void> {
    try {
      await this.options.calls.identify(id, identityToken);
      this.subject = subjectOf(identityToken);
      this.remember();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.identity.need();
      else if (error instanceof ApiError && !error.retryable) this.startOver();
    }
  }

  attach(id: string, token: string, subject: string | null): void {
    this.id = id;
    this.token = token;
    this.subject = subject;
    const { calls } = this.options;
    calls.useToken(token);
    this.store.set({ started: true });
    this.remember();
    this.stream = new ConversationStream({
      seq: () => this.store.get().conversation.seq,
      hasGap: () => hasGap(this.store.get().conversation),
      read: (after, wait, signal) => calls.read(id, after, wait, signal),
      open: (after) => calls.socket(id, after),
      onEvent: (event) => {
        if (this.inbox.receive(event)) this.remember();
      },
      onTyping: (who) => this.inbox.typing(who),
      onConnection: (connection) => {
        this.store.set({ connection });
        if (connection === "online") this.hooks.deliver(true);
      },
      onShorterLog: () => {
        const echoes = this.store.get().conversation.echoes.filter((echo) => echo.status !== "sent");
        this.store.set({ readSeq: 0, conversation: { ...EMPTY, echoes } });
      },
      onCaughtUp: () => {
        this.store.set({ caughtUp: true, ...(this.store.get().open && { readSeq: this.store.get().conversation.seq }) });
        this.hooks.deliver(false);
      },
      onRefused: () => {
        this.target = id;
        if (this.recover()) this.hooks.deliver(true);
      },
    });
    void this.stream.start();
  }

  /** Leaves this conversation, which can be gone back to while somebody may still answer there. */
  leave(): void {
    const { owner } = this.store.get().conversation;
    const { id, token } = this;
    const { memory, now } = this.options;
    // Of a known customer the server has the list, for them alone.
    if (id && token && !this.subject && (owner.kind === "queue" || owner.kind === "agent"))
      memory.keepLeft([{ id, token, with: owner.kind, at: new Date(now()).toISOString() }, ...memory.left()]);
    this.startOver(false);
  }

  /** Leaves this conversation and forgets it on this device; `all`: also what was left before. */
  startOver(all = true): void {
    this.stop();
    this.options.memory.forget(all);
    this.id = this.token = this.subject = null;
    this.options.calls.useToken(null);
    const { open, identified, config } = this.store.get();
    this.store.set({ ...INITIAL, open, identified, config, left: this.options.memory.left() });
  }

  /** The server does not know the conversation any more: what was not sent goes into a new one. False: not now. */
  recover(): boolean {
    const now = this.options.now();
    // The stream and a message may learn of it at the same time: the second finds it done.
    if (this.target !== this.id) return true;
    if (!this.id || now - this.recoveredAt < RECOVER_EVERY_MS) return false;
    this.recoveredAt = now;
    const echoes = this.store.get().conversation.echoes.filter((echo) => echo.status !== "sent");
    this.startOver(false);
    this.store.set({ conversation: { ...EMPTY, echoes } });
    return true;
  }

  remember(): void {
    const { readSeq, conversation, about: given, personAsked } = this.store.get();
    const about = this.id ? null : given;
    const unsent = conversation.echoes.filter((echo) => echo.status !== "sent" && echo.status !== "refused");
    if (!(this.id || unsent.length || about || personAsked)) return;
    const subject = this.id ? this.subject : subjectOf(this.identity.token);
    this.options.memory.save({ id: this.id, token: this.token, subject, readSeq, unsent, about, personAsked });
  }

  stop(): void {
    this.hooks.left();
    this.stream?.stop();
    this.stream = null;
  }

  private async openNew(): Promise<string> {
    const { calls, locale, place } = this.options;
    const { about: given } = this.store.get();
    const about = { ...place(), locale, ...(given && { about: given }) };
    const identity = this.identity.token;
    let subject = subjectOf(identity);
    const opened = await calls.open(identity ? { ...about, identity_token: identity } : about).catch((error: unknown) => {
      if (!identity || !(error instanceof ApiError) || error.retryable) throw error;
      // A stale proof must not stand between a customer and help: begin unproven, and ask the page for a fresh one.
      subject = null;
      this.identity.need();
      return calls.open(about);
    });
    this.attach(opened.conversation_id, opened.token, subject);
    if (this.identity.token !== identity) this.hooks.identityMoved();
    return opened.conversation_id;
  }
}
