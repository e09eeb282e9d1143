/** The desk without its DOM: session, queue, the socket's hints, and which conversation is open. */
import { whoAmI } from "../contract/client";
import { type Api, ApiError } from "../shared/api";
import { createStore, type Store } from "../shared/store";
import { ReconnectingSocket } from "../shared/socket";
import type { FactOf, Presence, Session, SocketFrame } from "../shared/types";
import { Assist } from "./assist";
import { Calling } from "./calling";
import type { DeskCalls } from "./calls";
import { type Draft, readDrafts, withDraft } from "./drafts";
import { type InboxFilter, inboxOf, keepHeard, type InboxView, withMessage } from "./inbox";
import { kept } from "./kept";
import { oneAtATime } from "./oneAtATime";
import { OwedList } from "./owed";
import { Reminders } from "./reminders";
import { readSaved, type SavedView, withoutSaved, withSaved } from "./saved";
import { answers, type DeskState, type Dialog, INITIAL, lists, type Panel, signedInAs } from "./state";
import type { Unsent } from "./unsent";
import { Views } from "./views";
import { t } from "./words";

export interface DeskOptions {
  calls: DeskCalls;
  /** Small choices that last on this device: presence, sound. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  ring: () => void;
  /** Whether nobody looks at the page now: another tab, or another window. */
  unseen?: () => boolean;
  /** Tells outside the page; only called when the agent allowed it. */
  notify?: (text: string, open: () => void) => void;
}

/** The server forgets a presence that is not renewed within a minute. */
const PRESENCE_EVERY_MS = 30_000;
/** How often the server hears that something was touched; without that it says who is away. */
const TOUCH_SENT_EVERY_MS = 20_000;
const HINT_PAUSE_MS = 120;
const TOAST_MS = 8_000;
const TYPING_MS = 6_000;
const TYPING_SENT_EVERY_MS = 3_000;
const SEARCH_PAUSE_MS = 250;
/** Shorter queries are answered from what is here. */
const SHORTEST_SEARCH = 2;
const MOST_TABS = 8;

export class Desk {
  readonly store: Store<DeskState> = createStore(INITIAL);
  readonly views: Views;
  readonly assist: Assist;
  readonly owed: OwedList;
  readonly calls: DeskCalls;
  private readonly reminders: Reminders;
  private readonly socket: ReconnectingSocket;
  private hint: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setInterval> | undefined;
  private typedAt = 0;
  private touchedAt = 0;
  private searching: ReturnType<typeof setTimeout> | undefined;
  private toasts = 0;
  private readonly calling: Calling;

  constructor(private readonly options: DeskOptions) {
    this.calls = options.calls;
    this.store.set({ sound: this.recall("sound") === "on", notify: this.recall("notify") === "on" });
    this.assist = new Assist(this.store, options.calls);
    this.calling = new Calling(this.store, {
      ring: options.ring,
      toast: (text, handoffId) => this.toast(text, handoffId),
      select: (id) => this.select(id),
      unseen: options.unseen,
      notify: options.notify,
    });
    this.owed = new OwedList(this.store, options.calls, {
      toast: (text) => this.toast(text),
      refreshOpen: () => this.views.refreshOpen(),
      promised: (promises) => void this.reminders.read(promises),
    });
    this.reminders = new Reminders({
      me: () => signedInAs(this.store.get()),
      recall: () => kept<string[]>(this.recall(this.own("reminded")), []),
      keep: (told) => this.keep(this.own("reminded"), JSON.stringify(told)),
      tell: (text, handoffId) => this.calling.call(text, handoffId),
      ring: () => this.calling.ring(),
      staff: async () => new Set((await options.calls.colleagues()).agents.map(({ id }) => id)),
      reload: () => {
        void this.owed.load();
        this.views.refreshOpen();
      },
    });
    this.views = new Views(this.store, options.calls, {
      refreshQueue: () => this.refreshQueue(),
      signedOut: () => this.signedOut(t("sessionEnded")),
      unsent: () => kept<Unsent>(this.recall(this.own("unsent")), {}),
      keepUnsent: (unsent) => this.keep(this.own("unsent"), Object.keys(unsent).length ? JSON.stringify(unsent) : null),
    });
    this.socket = new ReconnectingSocket({
      open: () => options.calls.socket(),
      onFrame: (frame) => this.receive(frame),
      onUp: () => {
        this.store.set({ connected: true });
        // What was missed meanwhile is read again: hints are not kept for anyone.
        void this.refreshQueue();
        this.views.refreshOpen();
      },
      onDown: () => this.store.set({ connected: false }),
      onRefused: () => this.signedOut(t("sessionEnded")),
    });
  }

  /** The way to the server for the desk's other parts: a session that ended is told in one place. */
  readonly request: Api["request"] = async (method, path, options) => {
    try {
      return await this.options.calls.request(method, path, options);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.signedOut(t("sessionEnded"));
      throw error;
    }
  };

  /** Takes up the session that the browser's cookie holds. */
  async start(): Promise<void> {
    try {
      await this.enter(await this.options.calls.session());
    } catch (error) {
      this.store.set({ signedIn: { status: "out", reason: error instanceof ApiError ? null : t("unreachable") } });
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    try {
      await this.enter(await this.options.calls.signIn(email, password));
    } catch (error) {
      const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
      const reason = refused ? t("signInRefused") : sentence(error);
      this.store.set({ signedIn: { status: "out", reason } });
    }
  }

  /** Who this is and what they may do, anew. It tells the server that they are there, and not that they do something. */
  async renew(): Promise<void> {
    const session = await whoAmI(this.request);
    if (this.store.get().signedIn.status === "in") this.store.set({ signedIn: { status: "in", session } });
  }

  async signOut(): Promise<void> {
    this.socket.stop();
    await this.options.calls.signOut().catch(() => undefined);
    this.signedOut(null);
  }

  async setPresence(presence: Presence): Promise<void> {
    const before = this.store.get().presence;
    this.store.set({ presence, idle: false });
    try {
      await this.options.calls.presence(presence);
      this.keep("presence", presence);
    } catch (error) {
      this.store.set({ presence: before });
      this.toast(sentence(error));
    }
  }

  setSound(on: boolean): void {
    this.store.set({ sound: on });
    this.keep("sound", on ? "on" : "off");
    if (on) this.options.ring();
  }

  /** `allowed`: what the browser answered when the agent asked for notifications. */
  setNotify(on: boolean, allowed: boolean): void {
    this.store.set({ notify: on && allowed });
    this.keep("notify", on && allowed ? "on" : "off");
    if (on && !allowed) this.toast(t("notifyRefused"));
  }

  readonly refreshQueue = oneAtATime(() => this.readQueue());

  private async readQueue(): Promise<void> {
    const { signedIn } = this.store.get();
    if (signedIn.status !== "in") return;
    await this.listed(async () => {
      const found = inboxOf(await this.options.calls.inbox(), signedIn.session);
      const before = this.store.get().queue;
      const queue = keepHeard(found, before);
      this.store.set({ queue, queueProblem: null });
      if (before) this.calling.tell(before, queue);
      this.noteRead();
      void this.owed.load();
      if (!before) return;
      if (this.store.get().inboxView === "closed") await this.loadClosed();
      if (!this.store.get().found) await this.find();
    });
  }

  /** Choosing a view ends a search: the view is shown whole. */
  async showInbox(inboxView: InboxView): Promise<void> {
    this.search("");
    this.store.set({ inboxView });
    if (inboxView === "closed") await this.listed(() => this.loadClosed());
  }

  setFilter(change: Partial<InboxFilter>): void {
    this.store.set({ filter: { ...this.store.get().filter, ...change } });
  }

  /** What the inbox shows now, under a name of this agent's own. */
  saveView(name: string): void {
    const { inboxView: view, filter, query, saved } = this.store.get();
    this.keepSaved(withSaved(saved, { name, view, filter, query }));
  }

  async showSaved({ view, filter, query }: SavedView): Promise<void> {
    await this.showInbox(view);
    this.store.set({ filter });
    if (query) this.search(query);
  }

  forgetView(name: string): void {
    const before = this.store.get().saved;
    this.keepSaved(withoutSaved(before, name));
    this.toast(t("viewForgotten", { name }), null, () => this.keepSaved(before));
  }

  private keepSaved(saved: readonly SavedView[]): void {
    this.store.set({ saved });
    this.keep(this.own("saved"), saved.length ? JSON.stringify(saved) : null);
  }

  /** Opens what is offered and takes it; who was faster is told there. */
  async acceptOffer(id: string): Promise<void> {
    this.select(id);
    await this.views.accept(id);
  }

  /** What is closed goes on in a hand-over of its own, which takes the place of the old one on the screen. */
  async reopen(id: string): Promise<void> {
    const fresh = await this.views.reopen(id);
    if (!fresh) return;
    this.select(fresh);
    this.keepTabs(this.store.get().tabs.filter((each) => each !== id));
  }

  async declineOffer(id: string): Promise<void> {
    await this.options.calls.decline(id).catch((error: unknown) => this.toast(sentence(error)));
    await this.refreshQueue();
  }

  select(id: string | null): void {
    const { toasts, tabs } = this.store.get();
    this.store.set({ selected: id, toasts: toasts.filter((toast) => toast.handoffId !== id) });
    if (!id) return this.assist.look(null);
    if (!tabs.includes(id)) this.keepTabs([...tabs, id].slice(-MOST_TABS));
    this.go("conversations");
    void this.views.open(id).then(() => {
      this.noteRead();
      if (this.store.get().selected === id) this.assist.look(id);
    });
  }

  /** Puts a conversation aside; its draft stays. The next one comes to the front. */
  closeTab(id: string): void {
    const { tabs, selected } = this.store.get();
    const at = tabs.indexOf(id);
    const left = tabs.filter((each) => each !== id);
    this.keepTabs(left);
    if (selected === id) this.select(left[Math.min(at, left.length - 1)] ?? null);
  }

  /** Through the conversations at hand, around. */
  turn(step: 1 | -1): void {
    const { tabs, selected } = this.store.get();
    const next = tabs[(tabs.indexOf(selected ?? "") + step + tabs.length) % tabs.length];
    if (next) this.select(next);
  }

  write(id: string, change: Partial<Draft>): void {
    const drafts = withDraft(this.store.get().drafts, id, change);
    this.store.set({ drafts });
    this.keep(this.own("drafts"), Object.keys(drafts).length ? JSON.stringify(drafts) : null);
  }

  show(panel: Panel): void {
    this.store.set({ panel });
  }

  ask(dialog: Dialog): void {
    this.store.set({ dialog });
  }

  /** A question is over; one that was asked in its place since stays. */
  asked(dialog: Dialog): void {
    if (this.store.get().dialog === dialog) this.ask(null);
  }

  /** To another part of the desk. */
  go(section: string): void {
    this.store.set({ section });
  }

  /** j and k: through both lists as they stand on the screen. */
  move(step: 1 | -1): void {
    const { mine, waiting, all } = lists(this.store.get());
    const order = [...mine, ...waiting, ...all].map((item) => item.handoff_id);
    const at = order.indexOf(this.store.get().selected ?? "");
    const next = at < 0 ? order[step > 0 ? 0 : order.length - 1] : order[Math.max(0, Math.min(order.length - 1, at + step))];
    if (next) this.select(next);
  }

  /** Tells the customer that somebody is writing; at most every few seconds. */
  typing(conversationId: string): void {
    const now = Date.now();
    if (now - this.typedAt < TYPING_SENT_EVERY_MS) return;
    this.typedAt = now;
    this.socket.send({ kind: "typing", conversation_id: conversationId });
  }

  search(query: string): void {
    this.store.set({ query, ...(query.trim().length < SHORTEST_SEARCH && { found: null }) });
    clearTimeout(this.searching);
    if (query.trim().length >= SHORTEST_SEARCH) this.searching = setTimeout(() => void this.listed(() => this.find()), SEARCH_PAUSE_MS);
  }

  /** Something was pressed or moved: the server hears so, and whoever was away by idleness is back. */
  touched(): void {
    const { signedIn, presence, idle } = this.store.get();
    if (signedIn.status !== "in" || !answers(signedIn.session)) return;
    if (idle) return void this.setPresence("online");
    const now = Date.now();
    if (presence !== "online" || now - this.touchedAt < TOUCH_SENT_EVERY_MS) return;
    this.touchedAt = now;
    if (this.socket.isUp) this.socket.send({ kind: "active" });
    else this.options.calls.presence("online").catch(() => undefined);
  }

  toast(text: string, handoffId: string | null = null, undo: (() => void) | null = null, undoLabel?: string): void {
    this.toasts += 1;
    const number = this.toasts;
    this.store.set({ toasts: [...this.store.get().toasts.slice(-2), { number, text, handoffId, undo, ...(undoLabel && { undoLabel }) }] });
    setTimeout(() => this.dismiss(number), TOAST_MS);
  }

  dismiss(number: number): void {
    this.store.set({ toasts: this.store.get().toasts.filter((toast) => toast.number !== number) });
  }

  networkChanged(online: boolean): void {
    if (this.store.get().signedIn.status !== "in") return;
    if (online) this.socket.renew();
    else this.store.set({ connected: false });
  }

  private async enter(session: Session): Promise<void> {
    const { sound, notify, selected, section } = this.store.get();
    this.store.set({ ...INITIAL, sound, notify, selected, section, signedIn: { status: "in", session } });
    if (!answers(session)) return;
    this.store.set({
      drafts: readDrafts(this.recall(this.own("drafts"))),
      saved: readSaved(this.recall(this.own("saved"))),
      tabs: kept<string[]>(this.recall(this.own("tabs")), []),
      read: kept<Record<string, number>>(this.recall(this.own("read")), {}),
    });
    void this.setPresence(this.recall("presence") === "away" ? "away" : "online");
    this.renewal = setInterval(() => void this.renew().catch(() => undefined), PRESENCE_EVERY_MS);
    await this.refreshQueue();
    this.socket.start();
    void this.assist.loadCanned();
    if (selected) this.select(selected);
  }

  private signedOut(reason: string | null): void {
    clearInterval(this.renewal);
    this.socket.stop();
    this.reminders.stop();
    this.assist.look(null);
    const { sound, notify, section } = this.store.get();
    this.store.set({ ...INITIAL, sound, notify, section, signedIn: { status: "out", reason } });
  }

  private receive(frame: SocketFrame): void {
    if (frame.kind === "offer") {
      // It rings at once; what else moved is read after the usual pause.
      void this.refreshQueue();
    } else if (frame.kind === "heartbeat") {
      // Nothing was touched for as long as the server's setting allows; or something was, in another window.
      const { presence, idle } = this.store.get();
      if (frame.presence === "away" && presence === "online") this.store.set({ presence: "away", idle: true });
      else if (frame.presence === "online" && idle) this.store.set({ presence: "online", idle: false });
    } else if (frame.kind === "queue") {
      // Gathered, not put off: where the line moves without a pause, it is read all the same.
      this.hint ??= setTimeout(() => {
        this.hint = undefined;
        void this.refreshQueue();
        this.views.refreshOpen();
      }, HINT_PAUSE_MS);
    } else if (frame.kind === "event" && frame.event.type !== "hidden") {
      this.views.receive(frame.event);
      if (frame.event.type === "message.sent") this.hear(frame.event);
      this.noteRead();
      this.showTyping(frame.event.conversation_id, null);
    } else if (frame.kind === "viewers") {
      this.assist.heard(frame.conversation_id, frame.viewers);
    } else if (frame.kind === "typing" && frame.conversation_id) {
      const { conversation_id: id, who } = frame;
      this.showTyping(id, who);
      setTimeout(() => this.showTyping(id, null), TYPING_MS);
    }
  }

  /** What was said last, in the list, without reading the list again. */
  private hear(event: FactOf<"message.sent">): void {
    const { queue: before } = this.store.get();
    if (!before) return;
    const queue = withMessage(before, event);
    this.store.set({ queue });
    this.calling.tell(before, queue);
  }

  private showTyping(id: string, who: string | null): void {
    const { [id]: _, ...rest } = this.store.get().typing;
    this.store.set({ typing: who ? { ...rest, [id]: who } : rest });
  }

  /** What is on the screen has been read. */
  private noteRead(): void {
    const { selected, read, views, queue } = this.store.get();
    if (!selected || !views[selected]) return;
    const said = (views[selected]?.conversation.facts ?? []).filter((fact) => fact.type === "message.sent" && fact.source === "customer");
    const newest = Math.max(read[selected] ?? 0, said[said.length - 1]?.seq ?? 0);
    if (newest <= (read[selected] ?? 0)) return;
    const open = new Set((queue?.open ?? []).map((item) => item.handoff_id));
    const next = Object.fromEntries(Object.entries({ ...read, [selected]: newest }).filter(([id]) => id === selected || open.has(id)));
    this.store.set({ read: next });
    this.keep(this.own("read"), JSON.stringify(next));
  }

  private keepTabs(tabs: readonly string[]): void {
    this.store.set({ tabs });
    this.keep(this.own("tabs"), tabs.length ? JSON.stringify(tabs) : null);
  }

  private async loadClosed(): Promise<void> {
    this.store.set({ closed: (await this.options.calls.closed()).items });
  }

  private async find(): Promise<void> {
    const query = this.store.get().query.trim();
    if (query.length < SHORTEST_SEARCH) return;
    const { items } = await this.options.calls.search(query);
    if (this.store.get().query.trim() === query) this.store.set({ found: items });
  }

  /** A list that could not be read is not empty: it is said why. */
  private async listed(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.signedOut(t("sessionEnded"));
      else this.store.set({ queueProblem: sentence(error) });
    }
  }

  /** A key of this agent alone: two who share a device do not see each other's drafts. */
  private own(key: string): string {
    const me = signedInAs(this.store.get());
    return me ? `${key}:${me}` : key;
  }

  recall(key: string): string | null {
    return this.options.storage?.getItem(`frontdesk-desk:${key}`) ?? null;
  }

  /** Keeps `value` on this device, null forgets it. False where the browser has no room or no leave for it. */
  keep(key: string, value: string | null): boolean {
    try {
      if (value === null) this.options.storage?.removeItem(`frontdesk-desk:${key}`);
      else this.options.storage?.setItem(`frontdesk-desk:${key}`, value);
      return this.options.storage !== null;
    } catch {
      return false;
    }
  }
}

/** What went wrong, for a person. */
export function sentence(error: unknown): string {
  return error instanceof ApiError ? error.message : t("unreachable");
}
