/**
 * Promises that are due soon or late, each told once for either: to who promised; to all who see it where a team owns it,
 * or somebody who works here no more. Who else would keep it?
 */
import { clock } from "./format";
import { APPROVERS, type OwedPromise } from "./owed";
import { t } from "./words";

export interface ReminderPort {
  me(): string | null;
  recall(): readonly string[];
  keep(told: readonly string[]): void;
  /** Says it wherever in the desk this person is. */
  tell(text: string, handoffId: string | null): void;
  ring(): void;
  /** The ids of those who work at the desk. */
  staff(): Promise<ReadonlySet<string>>;
  /** Reads the promises again: by then one of them is late. */
  reload(): void;
}

/** The list says `late` from the moment itself on. */
const AFTER_DUE_MS = 500;
/** Who works here changes rarely. */
const STAFF_KNOWN_MS = 60_000;
/** Timers of a browser end at 24.8 days; until then something else reads the list. */
const LONGEST_WAIT_MS = 3_600_000;

export const reminder = ({ promise_id: id, state }: OwedPromise): string => `${id}:${state}`;

/** What presses of `promises`, of what has not been `told` yet. */
export function toTell(promises: readonly OwedPromise[], told: readonly string[]): OwedPromise[] {
  return promises.filter((each) => (each.state === "due_soon" || each.state === "late") && !told.includes(reminder(each)));
}

/** Whether the promise is everybody's whose department it is; null where the list of the staff must say. */
export function isShared({ owner }: OwedPromise, staff: ReadonlySet<string> | null): boolean | null {
  if (owner === APPROVERS) return false;
  return owner.startsWith("team:") || (staff && !staff.has(owner));
}

/** Milliseconds until the next of `promises` is late; null where none will be. */
export function nextLate(promises: readonly OwedPromise[], now: number): number | null {
  const ahead = promises.filter(({ state }) => state !== "late" && state !== "kept");
  const waits = ahead.map(({ due_at }) => Math.max(0, new Date(due_at).getTime() - now) + AFTER_DUE_MS);
  return waits.length ? Math.min(...waits, LONGEST_WAIT_MS) : null;
}

const OWN = { late: "toastPromiseLate", due_soon: "toastPromiseSoon" } as const;
const SHARED = { late: "toastTeamLate", due_soon: "toastTeamSoon" } as const;

export class Reminders {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private staff: { at: number; ids: ReadonlySet<string> } | null = null;

  constructor(private readonly port: ReminderPort) {}

  /** `promises`: all that this person sees, as just read. */
  async read(promises: readonly OwedPromise[]): Promise<void> {
    this.stop();
    const me = this.port.me();
    if (!me) return;
    const wait = nextLate(promises, Date.now());
    if (wait !== null) this.timer = setTimeout(() => this.port.reload(), wait);
    const due = toTell(promises, this.port.recall());
    const mine = due.filter(({ owner }) => owner === me);
    const others = due.filter(({ owner }) => owner !== me);
    this.say(promises, mine, OWN);
    this.say(promises, others.filter((each) => isShared(each, null)), SHARED);
    const unclear = others.filter((each) => isShared(each, null) === null);
    if (!unclear.length) return;
    const staff = await this.works().catch(() => null);
    if (this.port.me() === me) this.say(promises, unclear.filter((each) => isShared(each, staff)), SHARED);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private say(promises: readonly OwedPromise[], found: readonly OwedPromise[], words: typeof OWN | typeof SHARED): void {
    // Another reading may have told it while the staff were asked for.
    const told = this.port.recall();
    const due = toTell(found, told);
    if (!due.length) return;
    const there = new Set(promises.map(({ promise_id }) => promise_id));
    const still = told.filter((each) => there.has(each.slice(0, each.lastIndexOf(":"))));
    this.port.keep([...still, ...due.map(reminder)]);
    for (const { state, text, due_at, handoff_id } of due)
      this.port.tell(t(words[state === "late" ? "late" : "due_soon"], { text, due: clock(due_at) }), handoff_id);
    this.port.ring();
  }

  private async works(): Promise<ReadonlySet<string>> {
    if (!this.staff || Date.now() - this.staff.at > STAFF_KNOWN_MS) this.staff = { at: Date.now(), ids: await this.port.staff() };
    return this.staff.ids;
  }
}
