/** The host page's proof of who this is: asked for again before it runs out, and when it was refused. */

const ASK_EVERY_MS = 60_000;
const ASK_BEFORE_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class IdentityKeeper {
  token: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private askedAt = 0;

  constructor(
    private readonly ask: () => void,
    private readonly now: () => number,
  ) {}

  use(token: string | null): void {
    this.token = token;
    clearTimeout(this.timer);
    const { exp } = claims(token);
    if (typeof exp !== "number") return;
    const left = Math.min(exp * 1000 - ASK_BEFORE_MS - this.now(), LONGEST_TIMER_MS);
    // One that has run out already is found by the server, when it is needed.
    if (left > 0) this.timer = setTimeout(() => this.need(), left);
  }

  /** A page whose tokens are never accepted must not be asked in a circle. */
  need(): void {
    const now = this.now();
    if (now - this.askedAt < ASK_EVERY_MS) return;
    this.askedAt = now;
    this.ask();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** The customer that a token names. Read without proof: it only chooses what to show; the server checks the token. */
export function subjectOf(identityToken: string | null): string | null {
  const { sub } = claims(identityToken);
  return typeof sub === "string" ? sub : null;
}

function claims(token: string | null): { sub?: unknown; exp?: unknown } {
  try {
    const payload = token?.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(atob(payload ?? "")) as object;
  } catch {
    return {};
  }
}
