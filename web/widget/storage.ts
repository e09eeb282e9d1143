/**
 * What the browser remembers between pages: one conversation, its token, and whose it is.
 *
 * `subject` is the customer that the identity token named. A conversation of a known customer is shown again only to
 * that customer, so that the next person at the same screen does not read it.
 */
import type { Echo } from "../shared/reduce";
import type { AboutMe } from "./calls";

export interface Remembered {
  /** Null until the server has been reached for the first time: then only what waits for it is kept. */
  id: string | null;
  token: string | null;
  subject: string | null;
  readSeq: number;
  unsent: Echo[];
  /** What the form before the first message said, until a conversation was opened with it. */
  about: AboutMe | null;
  /** A person was asked for, and the server has not said that it knows. */
  personAsked: boolean;
}

/** A conversation that an anonymous customer left although somebody may still answer there. No words of it are kept. */
export interface LeftBehind {
  id: string;
  token: string;
  with: "queue" | "agent";
  at: string;
}

const MOST_LEFT = 5;
const LEFT = ":left";
const NOTHING: Remembered = { id: null, token: null, subject: null, readSeq: 0, unsent: [], about: null, personAsked: false };

export class Memory {
  private readonly key: string;

  constructor(
    server: string,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    this.key = `frontdesk:${server}`;
  }

  load(): Remembered | null {
    const known: Remembered = { ...NOTHING, ...this.read<Partial<Remembered>>("", {}) };
    return known.id || known.unsent.length || known.about || known.personAsked ? known : null;
  }

  save(remembered: Remembered): void {
    this.write("", remembered);
  }

  /** True the first time that it is asked about `what` on this device; without a storage, on this page. */
  first(what: string): boolean {
    const said = this.read<string[]>(":said", []);
    if (said.includes(what)) return false;
    this.write(":said", [...said.slice(-19), what]);
    return true;
  }

  /** Newest first. */
  left(): LeftBehind[] {
    return this.read<LeftBehind[]>(LEFT, []);
  }

  keepLeft(left: readonly LeftBehind[]): void {
    this.write(LEFT, left.slice(0, MOST_LEFT));
  }

  /** `all`: also what was left behind. */
  forget(all = true): void {
    this.write("", null);
    if (all) this.write(LEFT, null);
  }

  private read<T>(name: string, otherwise: T): T {
    try {
      return (JSON.parse(this.storage?.getItem(this.key + name) ?? "null") as T | null) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  /** A full or forbidden storage costs the history on reload, never the conversation. */
  private write(name: string, value: unknown): void {
    try {
      if (value) this.storage?.setItem(this.key + name, JSON.stringify(value));
      else this.storage?.removeItem(this.key + name);
    } catch {
      // As above.
    }
  }
}

function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
