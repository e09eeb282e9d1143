/** What helps an agent in one conversation: who else is here, canned replies, suggestions, translations. */
import type { Store } from "../shared/store";
import type { Schemas, Viewer } from "../shared/types";
import type { DeskCalls } from "./calls";
import type { Canned } from "./canned";
import type { DeskState } from "./state";
import { Translations } from "./translation";

export type Reask = Schemas["Reask"];
export type CannedIn = Schemas["CannedIn"];

/** The server forgets a look after 25 s. */
const LOOK_EVERY_MS = 10_000;
const TYPING_EVERY_MS = 4_000;
/** A warning must not hold up an answer: where the server takes longer, the reply goes out without one. */
const REASK_WITHIN_MS = 1_500;

export class Assist {
  readonly translations: Translations;
  private looking: { id: string; timer: ReturnType<typeof setInterval> } | null = null;
  private typedAt = 0;

  constructor(
    private readonly store: Store<DeskState>,
    private readonly calls: DeskCalls,
  ) {
    this.translations = new Translations(store, calls);
  }

  /** This agent looks at the hand-over `id`; null: at none. */
  look(id: string | null): void {
    if (this.looking?.id === id) return;
    if (this.looking) {
      clearInterval(this.looking.timer);
      this.calls.leave(this.looking.id).catch(() => undefined);
      this.looking = null;
    }
    if (id === null) return;
    this.looking = { id, timer: setInterval(() => void this.say(id, false), LOOK_EVERY_MS) };
    void this.say(id, false);
  }

  /** Written in: colleagues who look at the same conversation are told, at most every few seconds. */
  writing(id: string): void {
    const now = Date.now();
    if (now - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = now;
    void this.say(id, true);
  }

  heard(conversationId: string, viewers: readonly Viewer[]): void {
    this.store.set({ viewers: { ...this.store.get().viewers, [conversationId]: viewers } });
  }

  /** What `text` asks again. Nothing, where the server does not say in time. */
  async reasks(id: string, text: string): Promise<Reask[]> {
    return this.calls.reasks(id, text, REASK_WITHIN_MS).then(
      (answer) => answer.reasks,
      () => [],
    );
  }

  async readCanned(): Promise<void> {
    this.store.set({ canned: (await this.calls.canned()).replies });
  }

  /** Without them an agent can work; who looks at their list is told that it could not be read. */
  loadCanned(): Promise<void> {
    return this.readCanned().catch(() => undefined);
  }

  async saveCanned(id: string | null, reply: CannedIn): Promise<void> {
    const { scope: _, ...change } = reply;
    await (id ? this.calls.changeCanned(id, change) : this.calls.addCanned(reply));
    await this.loadCanned();
  }

  async deleteCanned(reply: Canned): Promise<void> {
    await this.calls.deleteCanned(reply.id);
    await this.loadCanned();
  }

  usedCanned(id: string): void {
    this.calls.usedCanned(id).catch(() => undefined);
  }

  private async say(id: string, typing: boolean): Promise<void> {
    const conversationId = this.store.get().views[id]?.detail?.conversation_id;
    if (!conversationId) return;
    try {
      this.heard(conversationId, (await this.calls.look(id, typing)).viewers);
    } catch {
      // Who else is here is only a hint: without it nobody is shown.
      this.heard(conversationId, []);
    }
  }
}
