/** The desk without its DOM: session, queue, the socket's hints, and which conversation is open. */
import { type Api, ApiError } from "../shared/api";
import { createStore, type Store } from "../shared/store";
import { ReconnectingSocket } from "../shared/socket";
import type { HandoffListItem, Presence, Session, SocketFrame } from "../shared/types";
import type { DeskCalls } from "./calls";
import { answers, type DeskState, INITIAL, lists } from "./state";
import { Views } from "./views";
import { t } from "./words";

export interface DeskOptions {
  calls: DeskCalls;
  /** Small choices that last on this device: presence, sound. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  ring: () => void;
}

/** The server forgets a presence that is not renewed within a minute. */
const PRESENCE_EVERY_MS = 30_000;
const HINT_PAUSE_MS = 120;
const TOAST_MS = 8_000;
const TYPING_MS = 6_000;
const TYPING_SENT_EVERY_MS = 3_000;

export class Desk {
  readonly store: Store<DeskState> = createStore(INITIAL);
  readonly views: Views;
  private readonly socket: ReconnectingSocket;
  private hint: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setInterval> | undefined;
  private typedAt = 0;
  private toasts = 0;

  constructor(private readonly options: DeskOptions) {
    this.store.set({ sound: this.recall("sound") === "on" });
    this.views = new Views(this.store, options.calls, {
      refreshQueue: () => this.refreshQueue(),
      signedOut: () => this.signedOut(t("sessionEnded")),
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

  async signOut(): Promise<void> {
    await this.options.calls.signOut().catch(() => undefined);
    this.signedOut(null);
  }

  async setPresence(presence: Presence): Promise<void> {
    const before = this.store.get().presence;
    this.store.set({ presence });
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

  async refreshQueue(): Promise<void> {
    const before = this.store.get().queue;
    try {
      const queue = await this.options.calls.queue();
      this.store.set({ queue, queueProblem: null });
      if (!before) return;
      const known = new Set([...before.waiting, ...before.mine].map((item) => item.handoff_id));
      const fresh = queue.waiting.filter((item) => !known.has(item.handoff_id));
      fresh.forEach((item) => this.announce(item));
      if (fresh.length && this.store.get().sound) this.options.ring();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.signedOut(t("sessionEnded"));
      else this.store.set({ queueProblem: sentence(error) });
    }
  }

  select(id: string | null): void {
    this.store.set({ selected: id, toasts: this.store.get().toasts.filter((toast) => toast.handoffId !== id) });
    if (id) this.go("conversations");
    if (id) void this.views.open(id);
  }

  /** To another part of the desk. */
  go(section: string): void {
    this.store.set({ section });
  }

  /** j and k: through both lists as they stand on the screen. */
  move(step: 1 | -1): void {
    const { mine, waiting } = lists(this.store.get());
    const order = [...mine, ...waiting].map((item) => item.handoff_id);
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
    this.store.set({ query });
  }

  showHelp(help: boolean): void {
    this.store.set({ help });
  }

  toast(text: string, handoffId: string | null = null, undo: (() => void) | null = null): void {
    this.toasts += 1;
    const number = this.toasts;
    this.store.set({ toasts: [...this.store.get().toasts.slice(-2), { number, text, handoffId, undo }] });
    setTimeout(() => this.dismiss(number), TOAST_MS);
  }

  dismiss(number: number): void {
    this.store.set({ toasts: this.store.get().toasts.filter((toast) => toast.number !== number) });
  }

  networkChanged(online: boolean): void {
    if (this.store.get().signedIn.status !== "in") return;
    if (online) this.socket.nudge();
    else this.store.set({ connected: false });
  }

  private async enter(session: Session): Promise<void> {
    const { sound, selected, section } = this.store.get();
    this.store.set({ ...INITIAL, sound, selected, section, signedIn: { status: "in", session } });
    if (!answers(session)) return;
    void this.setPresence(this.recall("presence") === "away" ? "away" : "online");
    this.renewal = setInterval(() => this.renewPresence(), PRESENCE_EVERY_MS);
    await this.refreshQueue();
    this.socket.start();
    if (selected) void this.views.open(selected);
  }

  private renewPresence(): void {
    if (this.store.get().presence === "online") this.options.calls.presence("online").catch(() => undefined);
  }

  private signedOut(reason: string | null): void {
    clearInterval(this.renewal);
    this.socket.stop();
    const { sound, section } = this.store.get();
    this.store.set({ ...INITIAL, sound, section, signedIn: { status: "out", reason } });
  }

  private receive(frame: SocketFrame): void {
    if (frame.kind === "queue") {
      clearTimeout(this.hint);
      this.hint = setTimeout(() => {
        void this.refreshQueue();
        this.views.refreshOpen();
      }, HINT_PAUSE_MS);
    } else if (frame.kind === "event" && frame.event.type !== "hidden") {
      this.views.receive(frame.event);
      this.showTyping(frame.event.conversation_id, null);
    } else if (frame.kind === "typing" && frame.conversation_id) {
      const { conversation_id: id, who } = frame;
      this.showTyping(id, who);
      setTimeout(() => this.showTyping(id, null), TYPING_MS);
    }
  }

  private showTyping(id: string, who: string | null): void {
    const { [id]: _, ...rest } = this.store.get().typing;
    this.store.set({ typing: who ? { ...rest, [id]: who } : rest });
  }

  private announce(item: HandoffListItem): void {
    this.toast(t("toastNew", { name: item.customer_name ?? item.customer_id ?? t("anonymous") }), item.handoff_id);
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
