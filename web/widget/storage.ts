/**
 * What the browser remembers between pages: one conversation, its token, and whose it is.
 *
 * `subject` is the customer that the identity token named. A conversation of a known customer is shown again only to
 * that customer, so that the next person at the same screen does not read it.
 */
import type { Echo } from "../shared/reduce";

export interface Remembered {
  id: string;
  token: string;
  subject: string | null;
  readSeq: number;
  unsent: Echo[];
}

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
      if (typeof found?.id !== "string" || typeof found.token !== "string") return null;
      return {
        id: found.id,
        token: found.token,
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

  forget(): void {
    try {
      this.storage?.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}

/** The customer that a token names. Read without proof: it only chooses what to show; the server checks the token. */
export function subjectOf(identityToken: string | null): string | null {
  try {
    const payload = identityToken?.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/");
    const { sub } = JSON.parse(atob(payload ?? "")) as { sub?: unknown };
    return typeof sub === "string" ? sub : null;
  } catch {
    return null;
  }
}

function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
