/** One customer's conversation: what the buttons do, what arrives, what is remembered. No DOM in here. */
import { ApiError } from "../shared/api";
import { newId } from "../shared/ids";
import { addEcho, EMPTY, hasGap } from "../shared/reduce";
import { createStore, type Store } from "../shared/store";
import { ConversationStream } from "../shared/stream";
import type { Attachment, ChoiceButton } from "../shared/types";
import type { AboutMe, Contact, CustomerCalls, FeedbackKind, SurveyAnswer } from "./calls";
import { IdentityKeeper, subjectOf } from "./identity";
import { Inbox } from "./inbox";
import { Outbox } from "./outbox";
import { PersonRequest } from "./person";
import { INITIAL, type LeftDraft, type WidgetState } from "./state";
import type { Memory } from "./storage";
import { Uploads } from "./uploads";
import type { Words } from "./words";

export interface ControllerOptions {
  calls: CustomerCalls;
  memory: Memory;
  words: Words;
  locale: string;
  pageUrl: () => string;
  /** The identity token was refused: the host page is asked for a fresh one. */
  onIdentityNeeded: () => void;
  now?: () => Date;
}

const TYPING_SENT_EVERY_MS = 3_000;
/** A server that knows no conversation at all must not be asked for new ones without end. */
const RECOVER_EVERY_MS = 30_000;
export const MAX_TEXT = 10_000;

export class Controller {
  readonly store: Store<WidgetState> = createStore(INITIAL);
  openedByPerson = false;
  private id: string | null = null;
  private token: string | null = null;
  private subject: string | null = null;
  private stream: ConversationStream | null = null;
  private opening: Promise<string> | null = null;
  private typingSentAt = 0;
  private recoveredAt = 0;
  /** The conversation that the last request spoke of. */
  private target: string | null = null;
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private readonly person: PersonRequest;
  private readonly identity: IdentityKeeper;
  readonly uploads: Uploads;

  constructor(private readonly options: ControllerOptions) {
    this.inbox = new Inbox(this.store, options.words);
    this.outbox = new Outbox({
      get: () => this.store.get().conversation,
      set: (conversation) => {
        this.store.set({ conversation });
        this.remember();
      },
      send: async (echo) => {
        const id = (this.target = await this.ensureOpen());
        const files = echo.attachments?.map((file) => file.id);
        const body = echo.choice ? { choice: echo.choice } : { ...(echo.text && { text: echo.text }), ...(files?.length && { attachments: files }) };
        const { seq } = await this.options.calls.send(id, { client_message_id: echo.id, ...body });
        if (id === this.id) this.stream?.expect(seq);
      },
      recover: () => this.recover(),
      choiceExpired: () => this.notice(options.words("choiceExpired")),
      words: { refused: options.words("refused") },
    });
    this.identity = new IdentityKeeper(options.onIdentityNeeded, () => this.now().getTime());
    this.uploads = new Uploads(this.store, options.words, {
      send: async (file, progress, signal) => options.calls.upload(await this.ensureOpen(), file, progress, signal),
      mostBytes: () => this.store.get().config?.attachments.most_bytes ?? null,
      say: (notice) => this.notice(notice),
    });
    this.person = new PersonRequest(this.store, options.words, {
      send: async () => options.calls.handoff((this.target = await this.ensureOpen())),
      recover: () => this.recover(),
      say: (notice) => this.notice(notice),
    });
  }

  /** Takes up the remembered conversation, if it is this person's. */
  start(identityToken: string | null): void {
    this.useIdentity(identityToken);
    const known = this.options.memory.load();
    if (!known || known.subject !== subjectOf(identityToken)) {
      if (known && known.subject === null && identityToken) this.adopt(known, identityToken);
      return;
    }
    this.resume(known);
  }

  /** The host page says who this is; null means that the person signed out. */
  identify(identityToken: string | null): void {
    this.useIdentity(identityToken);
    const subject = subjectOf(identityToken);
    const known = this.options.memory.load();
    if (this.id && this.subject === null && identityToken) {
      void this.prove(this.id, identityToken);
    } else if (this.id && this.subject !== subject) {
      this.startOver();
    } else if (!this.id && known && known.subject === subject) {
      this.resume(known);
    } else if (!this.id && known && known.subject !== null) {
      this.options.memory.forget();
    }
  }

  /** `byPerson`: somebody asked for it, so the focus may move into the panel. */
  setOpen(open: boolean, byPerson = false): void {
    this.openedByPerson = byPerson;
    this.store.set({ open, ...(open && { readSeq: this.store.get().conversation.seq }) });
    if (open) {
      this.stream?.nudge();
      void this.learn();
    }
    this.remember();
  }

  /** With what has been uploaded. False when there is nothing to send yet. */
  send(text: string): boolean {
    const trimmed = text.trim();
    const waits = this.store.get().uploads.some(({ attachment }) => attachment);
    if (this.uploads.busy || (!trimmed && !waits)) return false;
    if (trimmed.length > MAX_TEXT) {
      this.notice(this.options.words("tooLong"));
      return false;
    }
    this.echo(trimmed, null, this.uploads.take());
    return true;
  }

  choose(choice: ChoiceButton): void {
    this.echo(choice.label, choice.choice);
  }

  retry(): void {
    this.stream?.nudge();
    void this.outbox.retry();
  }

  /** "Talk to a person": from any state, the empty conversation included. Kept until the server has it. */
  talkToPerson(): void {
    const { words } = this.options;
    const { owner } = this.store.get().conversation;
    if (owner.kind === "queue") return this.notice(words("personAlready"));
    if (owner.kind === "agent") return this.notice(words("personHere", { name: owner.name }));
    this.person.ask();
  }

  async feedback(kind: FeedbackKind): Promise<void> {
    if (!this.id) return;
    const { words } = this.options;
    this.store.set({ feedback: "sending" });
    try {
      await this.options.calls.feedback(this.id, kind);
      this.store.set({ feedback: "given" });
      this.notice(words(kind === "solved" ? "solvedThanks" : "notSolvedThanks"));
    } catch {
      this.store.set({ feedback: "open" });
      this.notice(words("feedbackFailed"));
    }
  }

  async survey(answer: SurveyAnswer): Promise<void> {
    if (!this.id) return;
    const { calls, words } = this.options;
    try {
      await calls.survey(this.id, answer);
      this.leaveSurvey(answer.episode_id);
      this.notice(words("surveyThanks"));
    } catch (error) {
      this.notice(error instanceof ApiError ? error.message : words("feedbackFailed"));
    }
  }

  leaveSurvey(episode: string): void {
    this.store.set({ surveysLeft: [...this.store.get().surveysLeft, episode] });
  }

  /** Where this customer stands in line, and the address on record that they may use. */
  wait() {
    return this.options.calls.wait(this.id ?? "");
  }

  /** `id` names the message: the same one again is the same message. */
  async leaveMessage(contact: Contact, text: string, id: string): Promise<void> {
    await this.options.calls.leaveMessage(this.id ?? "", { ...contact, ...(text && { text, client_message_id: id }) });
    this.store.set({ draft: INITIAL.draft });
    this.stream?.nudge();
  }

  keepDraft(draft: LeftDraft): void {
    this.store.set({ draft });
  }

  /** Rather wait than leave a message. */
  keepPlace(): void {
    this.store.set({ keepsPlace: true });
    this.notice(this.options.words("leaveKept"));
  }

  /** What the form before the first message says. */
  introduce(about: AboutMe): void {
    this.store.set({ about });
  }

  show(view: WidgetState["view"]): void {
    this.store.set({ view });
  }

  /** Goes on with an earlier conversation of this customer. */
  async takeUp(id: string): Promise<void> {
    const { token } = this.identity;
    if (!token) return;
    const opened = await this.proven(() => this.options.calls.takeUp(token, id));
    if (opened.conversation_id !== this.id) {
      this.startOver();
      this.attach(opened.conversation_id, opened.token, subjectOf(token));
    }
    this.show("chat");
  }

  past() {
    return this.proven(() => this.options.calls.past(this.identity.token ?? ""));
  }

  file(attachmentId: string): Promise<Blob> {
    return this.options.calls.file(this.id ?? "", attachmentId);
  }

  search(question: string) {
    return this.options.calls.search(question, this.options.locale);
  }

  dismissGreeting(): void {
    this.store.set({ greeting: null });
  }

  typing(): void {
    const now = this.now().getTime();
    if (now - this.typingSentAt < TYPING_SENT_EVERY_MS) return;
    this.typingSentAt = now;
    this.stream?.typing();
  }

  /** Leaves this conversation and forgets it on this device. */
  startOver(): void {
    this.stop();
    this.options.memory.forget();
    this.id = this.token = this.subject = null;
    this.options.calls.useToken(null);
    const { open, identified, config } = this.store.get();
    this.store.set({ ...INITIAL, open, identified, config });
  }

  networkChanged(online: boolean): void {
    if (!online) {
      this.stream?.offline();
      this.store.set({ connection: "offline" });
      return;
    }
    if (!this.stream) this.store.set({ connection: "online" });
    this.stream?.online();
    void this.outbox.retry();
    if (this.store.get().personAsked) this.person.ask();
  }

  stop(): void {
    this.inbox.stop();
    this.uploads.stop();
    this.person.stop();
    this.outbox.stop();
    this.stream?.stop();
    this.stream = null;
  }

  /** Out of the page for good. */
  end(): void {
    this.identity.stop();
    this.stop();
  }

  private echo(text: string, choice: string | null, attachments: readonly Attachment[] = []): void {
    const at = this.now().toISOString();
    const echo = { id: newId(), text, choice, attachments, at, status: "queued", reason: null } as const;
    this.typingSentAt = 0;
    this.store.set({ conversation: addEcho(this.store.get().conversation, echo), notice: null });
    this.remember();
    void this.outbox.flush();
  }

  private ensureOpen(): Promise<string> {
    if (this.id) return Promise.resolve(this.id);
    this.opening ??= this.openNew().finally(() => (this.opening = null));
    return this.opening;
  }

  private async openNew(): Promise<string> {
    const { calls, locale, pageUrl } = this.options;
    const { about: given } = this.store.get();
    const about = { page_url: pageUrl(), locale, ...(given && { about: given }) };
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
    // The page may have said something newer while this was under way.
    if (this.identity.token !== identity) this.identify(this.identity.token);
    return opened.conversation_id;
  }

  private resume(known: NonNullable<ReturnType<Memory["load"]>>): void {
    const echoes = known.unsent.map((echo) => ({ ...echo, status: "queued" as const }));
    this.store.set({ readSeq: known.readSeq, conversation: { ...EMPTY, echoes } });
    if (known.id && known.token) this.attach(known.id, known.token, known.subject);
    else void this.outbox.flush();
  }

  private adopt(known: NonNullable<ReturnType<Memory["load"]>>, identityToken: string): void {
    this.resume(known);
    if (known.id) void this.prove(known.id, identityToken);
  }

  private async prove(id: string, identityToken: string): Promise<void> {
    try {
      await this.options.calls.identify(id, identityToken);
      this.subject = subjectOf(identityToken);
      this.remember();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.identity.need();
      else if (error instanceof ApiError && !error.retryable) this.startOver();
    }
  }

  private useIdentity(token: string | null): void {
    const subject = subjectOf(token);
    const same = subject === subjectOf(this.identity.token);
    this.identity.use(token);
    this.store.set({ identified: subject !== null });
    if (!same) void this.greet(token);
  }

  /** A call that only this customer may make: a refused proof asks the page for a fresh one. */
  private async proven<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.identity.need();
      throw error;
    }
  }

  /** One line that is worth saying first, such as a late order: once on this device, never into a conversation. */
  private async greet(token: string | null): Promise<void> {
    this.store.set({ greeting: null });
    if (!token) return;
    try {
      const { greeting } = await this.options.calls.greeting(token);
      if (!greeting || token !== this.identity.token || this.store.get().started) return;
      if (!this.options.memory.first(`${subjectOf(token)} ${greeting.about}`)) return;
      this.store.set({ greeting });
      this.inbox.announce(greeting.text);
    } catch {
      // Nothing was asked for, so nothing needs to be said.
    }
  }

  /** What the installation asks and allows. Without an answer the widget works as if it asked nothing. */
  private async learn(): Promise<void> {
    if (this.store.get().config) return;
    try {
      this.store.set({ config: await this.options.calls.config() });
    } catch {
      // Asked again when the panel is opened again.
    }
  }

  private attach(id: string, token: string, subject: string | null): void {
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
        if (connection === "online") void this.outbox.retry();
      },
      onCaughtUp: () => {
        this.store.set({ caughtUp: true, ...(this.store.get().open && { readSeq: this.store.get().conversation.seq }) });
        void this.outbox.flush();
      },
      onRefused: () => {
        this.target = id;
        if (this.recover()) void this.outbox.retry();
      },
    });
    void this.stream.start();
  }

  /** The server does not know the conversation any more: what was not sent goes into a new one. */
  private recover(): boolean {
    const now = this.now().getTime();
    // The stream and a message may learn of it at the same time: the second finds it done.
    if (this.target !== this.id) return true;
    if (!this.id || now - this.recoveredAt < RECOVER_EVERY_MS) return false;
    this.recoveredAt = now;
    const echoes = this.store.get().conversation.echoes.filter((echo) => echo.status !== "sent");
    this.startOver();
    this.store.set({ conversation: { ...EMPTY, echoes } });
    return true;
  }

  private notice(notice: string): void {
    if (this.store.get().notice === notice) return;
    this.store.set({ notice });
    this.inbox.announce(notice);
  }

  private remember(): void {
    const { readSeq, conversation } = this.store.get();
    const unsent = conversation.echoes.filter((echo) => echo.status !== "sent" && echo.status !== "refused");
    if (!this.id && unsent.length === 0) return;
    const subject = this.id ? this.subject : subjectOf(this.identity.token);
    this.options.memory.save({ id: this.id, token: this.token, subject, readSeq, unsent });
  }

  private now(): Date {
    return (this.options.now ?? (() => new Date()))();
  }
}
