/** One customer's widget: what the buttons do, each part in charge of its own. No DOM in here. */
import { newId } from "../shared/ids";
import { addEcho } from "../shared/reduce";
import { createStore, type Store } from "../shared/store";
import type { Attachment, ChoiceButton } from "../shared/types";
import { Account } from "./account";
import type { AboutMe, CustomerCalls, Place } from "./calls";
import { Ending } from "./ending";
import { IdentityKeeper, subjectOf } from "./identity";
import { Inbox } from "./inbox";
import { Leaving } from "./leaving";
import { Outbox } from "./outbox";
import { PersonRequest } from "./person";
import { Session } from "./session";
import { INITIAL, type WidgetState } from "./state";
import type { Memory } from "./storage";
import { Uploads } from "./uploads";
import type { Words } from "./words";

export interface ControllerOptions {
  calls: CustomerCalls;
  memory: Memory;
  words: Words;
  locale: string;
  place: () => Place;
  /** The identity token was refused: the host page is asked for a fresh one. */
  onIdentityNeeded: () => void;
  now?: () => Date;
}

const TYPING_SENT_EVERY_MS = 3_000;
export const MAX_TEXT = 10_000;

export class Controller {
  readonly store: Store<WidgetState> = createStore(INITIAL);
  openedByPerson = false;
  readonly account: Account;
  readonly ending: Ending;
  readonly leaving: Leaving;
  readonly uploads: Uploads;
  private typingSentAt = 0;
  private readonly identity: IdentityKeeper;
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private readonly person: PersonRequest;
  private readonly session: Session;

  constructor(private readonly options: ControllerOptions) {
    const { store } = this;
    const { calls, memory, words } = options;
    const now = () => this.now().getTime();
    const recover = () => this.session.recover();
    const say = (notice: string) => this.inbox.notice(notice);
    this.inbox = new Inbox(store, words, options.locale);
    this.identity = new IdentityKeeper(options.onIdentityNeeded, now);
    this.session = new Session(store, { ...options, now }, this.identity, this.inbox, {
      deliver: (failed) => this.deliver(failed),
      identityMoved: () => this.identify(this.identity.token),
      left: () => [this.inbox, this.uploads, this.person, this.outbox].forEach((part) => part.stop()),
    });
    this.outbox = new Outbox({
      get: () => store.get().conversation,
      set: (conversation) => {
        store.set({ conversation });
        this.session.remember();
      },
      send: async (echo) => {
        const id = await this.session.addressed();
        const files = echo.attachments?.map((file) => file.id);
        const body = echo.choice ? { choice: echo.choice } : { ...(echo.text && { text: echo.text }), ...(files?.length && { attachments: files }) };
        const { seq } = await calls.send(id, { client_message_id: echo.id, ...body });
        if (id === this.session.id) this.session.stream?.expect(seq);
      },
      recover,
      choiceExpired: () => say(words("choiceExpired")),
      words: { refused: words("refused") },
    });
    this.uploads = new Uploads(store, words, {
      send: async (file, progress, signal) => calls.upload(await this.session.ensureOpen(), file, progress, signal),
      mostBytes: () => store.get().config?.attachments.most_bytes ?? null,
      say,
    });
    this.person = new PersonRequest(store, words, {
      send: async () => calls.handoff(await this.session.addressed()),
      recover,
      say,
      remember: () => this.session.remember(),
    });
    this.account = new Account(store, calls, memory, this.identity, this.session, this.inbox);
    const talk = { store, calls, session: this.session, inbox: this.inbox, words };
    this.ending = new Ending(talk);
    this.leaving = new Leaving(talk);
  }

  /** Takes up the remembered conversation, if it is this person's. */
  start(identityToken: string | null): void {
    this.account.use(identityToken);
    this.store.set({ left: this.options.memory.left() });
    const known = this.options.memory.load();
    if (!known) return;
    if (known.subject === subjectOf(identityToken) || (known.subject === null && identityToken)) {
      this.session.resume(known);
      // Also what a newer token says of the same person.
      if (known.id && identityToken) void this.session.prove(known.id, identityToken);
    }
  }

  /** The host page says who this is; null means that the person signed out. */
  identify(identityToken: string | null): void {
    this.account.use(identityToken);
    const { session } = this;
    const subject = subjectOf(identityToken);
    const known = this.options.memory.load();
    if (session.id && identityToken && (session.subject ?? subject) === subject) {
      void session.prove(session.id, identityToken);
    } else if (session.id && session.subject !== subject) {
      this.startOver();
    } else if (!session.id && known && known.subject === subject) {
      session.resume(known);
    } else if (!session.id && known && known.subject !== null) {
      this.options.memory.forget();
    }
  }

  /** `byPerson`: somebody asked for it, so the focus may move into the panel. */
  setOpen(open: boolean, byPerson = false): void {
    this.openedByPerson = byPerson;
    this.store.set({ open, ...(open && { readSeq: this.store.get().conversation.seq }) });
    if (open) {
      this.session.stream?.nudge();
      void this.learn();
    }
    this.session.remember();
  }

  /** With what has been uploaded. False when there is nothing to send yet. */
  send(text: string): boolean {
    const trimmed = text.trim();
    const waits = this.store.get().uploads.some(({ attachment }) => attachment);
    if (this.uploads.busy || (!trimmed && !waits)) return false;
    if (trimmed.length > MAX_TEXT) {
      this.inbox.notice(this.options.words("tooLong"));
      return false;
    }
    this.echo(trimmed, null, this.uploads.take());
    return true;
  }

  choose(choice: ChoiceButton): void {
    this.echo(choice.label, choice.choice);
  }

  retry(): void {
    this.session.stream?.nudge();
    void this.outbox.retry();
  }

  typing(): void {
    const now = this.now().getTime();
    if (now - this.typingSentAt < TYPING_SENT_EVERY_MS) return;
    this.typingSentAt = now;
    this.session.stream?.typing();
  }

  /** "Talk to a person": from any state, the empty conversation included. Kept until the server has it. */
  talkToPerson(): void {
    const { words } = this.options;
    const { owner } = this.store.get().conversation;
    if (owner.kind === "queue") return this.inbox.notice(words("personAlready"));
    if (owner.kind === "agent") return this.inbox.notice(words("personHere", { name: owner.name }));
    this.person.ask();
  }

  /** What the form before the first message says. */
  introduce(about: AboutMe): void {
    this.store.set({ about });
    this.session.remember();
  }

  show(view: WidgetState["view"]): void {
    this.store.set({ view });
  }

  dismissGreeting(): void {
    this.store.set({ greeting: null });
  }

  file(attachmentId: string): Promise<Blob> {
    return this.options.calls.file(this.session.id ?? "", attachmentId);
  }

  search(question: string) {
    return this.options.calls.search(question, this.options.locale);
  }

  /** A new conversation. Who is waiting, or with a person, is asked first. */
  begin(sure: boolean): void {
    const { owner } = this.store.get().conversation;
    if (sure || owner.kind === "bot" || owner.kind === "none") this.session.leave();
    else this.show("over");
  }

  /** Leaves this conversation and forgets it on this device. */
  startOver(): void {
    this.session.startOver();
  }

  networkChanged(online: boolean): void {
    const { stream } = this.session;
    if (!online) {
      stream?.offline();
      this.store.set({ connection: "offline" });
      return;
    }
    if (!stream) this.store.set({ connection: "online" });
    stream?.online();
    this.deliver(true);
  }

  stop(): void {
    this.session.stop();
  }

  /** Out of the page for good. */
  end(): void {
    this.identity.stop();
    this.stop();
  }

  private deliver(failed: boolean): void {
    void (failed ? this.outbox.retry() : this.outbox.flush());
    if (this.store.get().personAsked) this.person.ask();
  }

  private echo(text: string, choice: string | null, attachments: readonly Attachment[] = []): void {
    const at = this.now().toISOString();
    const echo = { id: newId(), text, choice, attachments, at, status: "queued", reason: null } as const;
    this.typingSentAt = 0;
    this.store.set({ conversation: addEcho(this.store.get().conversation, echo), notice: null });
    this.session.remember();
    void this.outbox.flush();
  }

  /** What the installation asks and allows. Without an answer the widget works as if it asked nothing. */
  private async learn(): Promise<void> {
    // In a conversation nothing of it changes; before, whether people are there does.
    if (this.store.get().config && this.store.get().started) return;
    try {
      this.store.set({ config: await this.options.calls.config() });
    } catch {
      // Asked again when the panel is opened again.
    }
  }

  private now(): Date {
    return (this.options.now ?? (() => new Date()))();
  }
}
