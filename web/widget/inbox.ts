/** What arrives: events into the state, the typing sign that passes, and each new thing announced once. */
import { type Owner, reduce } from "../shared/reduce";
import type { Store } from "../shared/store";
import type { Fact, LogEvent } from "../shared/types";
import type { WidgetState } from "./state";
import { queueLine, spoken } from "./timeline";
import type { Words } from "./words";

const TYPING_SHOWN_MS = 6_000;
const ANNOUNCEMENTS_KEPT = 5;

export class Inbox {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Their place in line as they last heard of it. */
  private place = "";

  constructor(
    private readonly store: Store<WidgetState>,
    private readonly words: Words,
    private readonly locale: string,
  ) {}

  /** False when the event was known already. */
  receive(event: LogEvent): boolean {
    const before = this.store.get();
    const conversation = reduce(before.conversation, event);
    if (conversation === before.conversation) return false;
    const fresh = conversation.facts.slice(before.conversation.facts.length);
    const fromOthers = fresh.filter((fact) => fact.source !== "customer");
    this.store.set({
      conversation,
      ...(before.open && { readSeq: conversation.seq }),
      ...(fromOthers.some(isSaid) && { typing: null, notice: null }),
      ...(fresh.some((fact) => fact.type === "conversation.closed") && { feedback: "open" as const }),
      ...(conversation.owner.kind !== "queue" && { keepsPlace: false }),
    });
    // History is read by whoever wants it; only what is new is spoken.
    if (before.caughtUp) for (const fact of fromOthers) this.announce(spoken(conversation, fact, this.words));
    this.tellPlace(conversation.owner, before.caughtUp && fresh.some((fact) => fact.type === "handoff.advanced"));
    return true;
  }

  /** The server writes what is worth telling. That they began to wait, and that nobody is there, are messages of their own. */
  private tellPlace(owner: Owner, advanced: boolean): void {
    const place = owner.kind === "queue" ? queueLine(owner, this.words, this.locale) : "";
    if (advanced && place !== this.place && owner.kind === "queue" && owner.staffed !== false && !owner.opensAt) this.announce(place);
    this.place = place;
  }

  typing(who: string): void {
    if (who === "customer") return;
    clearTimeout(this.timer);
    this.store.set({ typing: who });
    this.timer = setTimeout(() => this.store.set({ typing: null }), TYPING_SHOWN_MS);
  }

  /** One sentence under the messages, spoken once. */
  notice(notice: string): void {
    if (this.store.get().notice === notice) return;
    this.store.set({ notice });
    this.announce(notice);
  }

  announce(text: string | null): void {
    if (!text) return;
    const { announcements } = this.store.get();
    const number = (announcements[announcements.length - 1]?.number ?? 0) + 1;
    this.store.set({ announcements: [...announcements.slice(1 - ANNOUNCEMENTS_KEPT), { number, text }] });
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

function isSaid(fact: Fact): boolean {
  return fact.type === "message.sent" || fact.type === "turn.failed";
}
