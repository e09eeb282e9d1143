/** What is new and not on the screen: it rings, stands in a toast, and outside the page where that is allowed. */
import type { Store } from "../shared/store";
import type { InboxItem } from "../shared/types";
import { type Inbox, news } from "./inbox";
import type { DeskState } from "./state";
import { t } from "./words";

export interface CallingPort {
  ring: () => void;
  toast(text: string, handoffId: string | null): void;
  select(handoffId: string): void;
  /** Whether nobody looks at the page now: another tab, or another window. */
  unseen: (() => boolean) | undefined;
  /** Tells outside the page; only called when the agent allowed it. */
  notify: ((text: string, open: () => void) => void) | undefined;
}

/** What is new and offered a moment later calls once. */
const SAME_CALL_MS = 5_000;

export class Calling {
  /** Hand-over → when it last called. */
  private readonly called = new Map<string, number>();

  constructor(
    private readonly store: Store<DeskState>,
    private readonly port: CallingPort,
  ) {}

  /** Rings and tells what is new; what stands on the screen already needs neither. */
  tell(before: Inbox, queue: Inbox): void {
    const { offered, arrived, written } = news(before, queue);
    const unseen = written.filter((item) => !this.shows(item));
    const now = Date.now();
    const calls = offered.filter((item) => now - (this.called.get(item.handoff_id) ?? 0) > SAME_CALL_MS);
    calls.forEach((item) => this.announce("toastOffer", item));
    arrived.forEach((item) => this.announce("toastNew", item));
    unseen.forEach((item) => this.announce("toastMessage", item));
    [...calls, ...arrived].forEach((item) => this.called.set(item.handoff_id, now));
    if (calls.length + arrived.length + unseen.length) this.ring();
  }

  call(text: string, handoffId: string | null, toasted = true): void {
    if (toasted) this.port.toast(text, handoffId);
    if (this.store.get().notify) this.port.notify?.(text, () => handoffId && this.port.select(handoffId));
  }

  ring(): void {
    if (this.store.get().sound) this.port.ring();
  }

  private shows({ handoff_id }: InboxItem): boolean {
    const { selected, section } = this.store.get();
    return selected === handoff_id && section === "conversations" && !this.port.unseen?.();
  }

  private announce(code: "toastOffer" | "toastNew" | "toastMessage", item: InboxItem): void {
    const text = t(code, { name: item.customer_name ?? item.customer_id ?? t("anonymous") });
    // An offer stands on the screen with its own buttons.
    this.call(text, item.handoff_id, code !== "toastOffer");
  }
}
