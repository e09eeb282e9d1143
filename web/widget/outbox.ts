/**
 * What the customer wrote and the log does not have yet. Sent one at a time, in the order of writing, each under the
 * id it was given when it was written, so that a repeated request can never become a second message.
 */
import { ApiError } from "../shared/api";
import { type Conversation, dropEcho, type Echo, markEcho } from "../shared/reduce";

export interface OutboxPort {
  get(): Conversation;
  set(conversation: Conversation): void;
  send(echo: Echo): Promise<unknown>;
  /** The server does not know the conversation any more: make another one. False when that is not possible. */
  recover(): boolean;
  choiceExpired(): void;
  words: { refused: string };
}

const RETRY_MS = [2_000, 4_000, 8_000, 16_000, 30_000] as const;

export class Outbox {
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(private readonly port: OutboxPort) {}

  /** Sends everything that waits. */
  async flush(): Promise<void> {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      for (let next = this.next(); next; next = this.next()) if (!(await this.deliver(next))) break;
    } finally {
      this.running = false;
    }
  }

  /** Takes up again what was not sent, oldest first. */
  retry(): Promise<void> {
    for (const echo of this.port.get().echoes) if (echo.status === "failed") this.mark(echo, "queued");
    return this.flush();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private next(): Echo | undefined {
    return this.port.get().echoes.find((echo) => echo.status === "queued");
  }

  private async deliver(echo: Echo): Promise<boolean> {
    this.mark(echo, "sending");
    try {
      await this.port.send(echo);
      this.failures = 0;
      this.mark(echo, "sent");
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "choice_expired") {
        this.port.set(dropEcho(this.port.get(), echo.id));
        this.port.choiceExpired();
        return true;
      }
      if (error instanceof ApiError && error.lost && this.port.recover()) {
        this.mark(echo, "queued");
        return true;
      }
      if (error instanceof ApiError && !error.retryable) {
        this.mark(echo, "refused", error.message || this.port.words.refused);
        return true;
      }
      this.fail(error instanceof ApiError ? error.retryAfter : null);
      return false;
    }
  }

  /** Nothing more can be sent now: say so on every message that waits, and come back later. */
  private fail(retryAfterSeconds: number | null): void {
    for (const echo of this.port.get().echoes)
      if (echo.status === "queued" || echo.status === "sending") this.mark(echo, "failed");
    const pause = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 30_000;
    this.failures += 1;
    this.timer = setTimeout(() => void this.retry(), retryAfterSeconds ? retryAfterSeconds * 1000 : pause);
  }

  private mark(echo: Echo, status: Echo["status"], reason: string | null = null): void {
    this.port.set(markEcho(this.port.get(), echo.id, status, reason));
  }
}
