/**
 * What the browser remembers between pages: one conversation, its token, and whose it is.
 *
 * `subject` is the customer that the identity token named. A conversation of a known customer is shown again only to
 * that customer, so that the next person at the same screen does not read it.
 */
import type { Echo } from "../shared/reduce";

export interface Remembered {
  /** Null until the server has been reached for the first time: then only `unsent` is kept. */
  id: string | null;
  token: string | null;
  subject: string | null;
  readSeq: number;
  unsent: Echo[];
}

/** A conversation that an anonymous customer left although somebody may still answer there. No words of it are kept. */
export interface LeftBehind {
  id: string;
  token: string;
  with: "queue" | "agent";
  at: string;
}

const MOST_LEFT = 5;

export class Memory {
  private readonly key: string;

  constructor(
    server: string,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    this.key = `frontdesk:${server}`;
  }

  load(): Remembered | null {
    try {
      const found = JSON.parse(this.storage?.getItem(this.key) ?? "null") as Partial<Remembered> | null;
      if (!found) return null;
      const whole = typeof found.id === "string" && typeof found.token === "string";
      if (!whole && !found.unsent?.length) return null;
      return {
        id: whole ? (found.id ?? null) : null,
        token: whole ? (found.token ?? null) : null,
        subject: found.subject ?? null,
        readSeq: found.readSeq ?? 0,
        unsent: Array.isArray(found.unsent) ? found.unsent : [],
      };
    } catch {
      return null;
    }
  }

  save(remembered: Remembered): void {
    try {
      this.storage?.setItem(this.key, JSON.stringify(remembered));
    } catch {
      // A full or forbidden storage costs the history on reload, never the conversation.
    }
  }

  /** True the first time that it is asked about `what` on this device. */
  first(what: string): boolean {
    try {
      const key = `${this.key}:said`;
      const said = JSON.parse(this.storage?.getItem(key) ?? "[]") as string[];
      if (said.includes(what)) return false;
      this.storage?.setItem(key, JSON.stringify([...said.slice(-19), what]));
    } catch {
      // Without a storage it is the first time on this page.
    }
    return true;
  }

  /** Newest first. */
  left(): LeftBehind[] {
    try {
      return JSON.parse(this.storage?.getItem(`${this.key}:left`) ?? "[]") as LeftBehind[];
    } catch {
      return [];
    }
  }

  keepLeft(left: readonly LeftBehind[]): void {
    try {
      this.storage?.setItem(`${this.key}:left`, JSON.stringify(left.slice(0, MOST_LEFT)));
    } catch {
      // As above.
    }
  }

  /** `all`: also what was left behind. */
  forget(all = true): void {
    try {
      this.storage?.removeItem(this.key);
      if (all) this.storage?.removeItem(`${this.key}:left`);
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
