/** Promises of this person that are due soon or late: each told once for either, and again on no other page. */
import { clock } from "./format";
import type { OwedPromise } from "./owed";
import { t } from "./words";

export interface ReminderPort {
  me(): string | null;
  recall(): readonly string[];
  keep(told: readonly string[]): void;
  /** Says it wherever in the desk this person is. */
  tell(text: string, handoffId: string | null): void;
  ring(): void;
  /** Reads the promises again: by then one of them is late. */
  reload(): void;
}

/** The list says `late` from the moment itself on. */
const AFTER_DUE_MS = 500;
/** Timers of a browser end at 24.8 days; until then something else reads the list. */
const LONGEST_WAIT_MS = 3_600_000;

export const reminder = ({ promise_id: id, state }: OwedPromise): string => `${id}:${state}`;

/** What `me` should hear now, of what they have not. */
export function toTell(promises: readonly OwedPromise[], me: string, told: readonly string[]): OwedPromise[] {
  const pressing = promises.filter(({ owner, state }) => owner === me && (state === "due_soon" || state === "late"));
  return pressing.filter((each) => !told.includes(reminder(each)));
}

/** Milliseconds until the next promise of `me` is late; null where none will be. */
export function nextLate(promises: readonly OwedPromise[], me: string, now: number): number | null {
  const ahead = promises.filter(({ owner, state }) => owner === me && state !== "late" && state !== "kept");
  const waits = ahead.map(({ due_at }) => Math.max(0, new Date(due_at).getTime() - now) + AFTER_DUE_MS);
  return waits.length ? Math.min(...waits, LONGEST_WAIT_MS) : null;
}

const words = ({ state, text, due_at }: OwedPromise): string =>
  t(state === "late" ? "toastPromiseLate" : "toastPromiseSoon", { text, due: clock(due_at) });

export class Reminders {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly port: ReminderPort) {}

  /** `promises`: all that this person sees, as just read. */
  read(promises: readonly OwedPromise[]): void {
    this.stop();
    const me = this.port.me();
    if (!me) return;
    const told = this.port.recall();
    const due = toTell(promises, me, told);
    if (due.length) {
      const there = new Set(promises.map(({ promise_id }) => promise_id));
      const still = told.filter((each) => there.has(each.slice(0, each.lastIndexOf(":"))));
      this.port.keep([...still, ...due.map(reminder)]);
      due.forEach((each) => this.port.tell(words(each), each.handoff_id));
      this.port.ring();
    }
    const wait = nextLate(promises, me, Date.now());
    if (wait !== null) this.timer = setTimeout(() => this.port.reload(), wait);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
