/** "Talk to a person": asked once by the customer, repeated by us until the server has it. */
import { ApiError } from "../shared/api";
import type { Store } from "../shared/store";
import type { WidgetState } from "./state";
import type { Words } from "./words";

export interface PersonPort {
  send(): Promise<unknown>;
  /** The server does not know the conversation any more: make another one. False when that is not possible. */
  recover(): boolean;
  say(notice: string): void;
  /** Whether somebody was asked for outlives the page. */
  remember(): void;
}

const RETRY_MS = 3_000;

export class PersonRequest {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;

  constructor(
    private readonly store: Store<WidgetState>,
    private readonly words: Words,
    private readonly port: PersonPort,
  ) {}

  ask(): void {
    this.store.set({ personAsked: true, notice: this.words("personAsked") });
    void this.attempt();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async attempt(): Promise<void> {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    this.port.remember();
    try {
      await this.port.send();
      this.store.set({ personAsked: false, notice: null });
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = false;
      this.port.remember();
    }
  }

  private failed(error: unknown): void {
    if (error instanceof ApiError && error.lost && this.port.recover()) {
      this.store.set({ personAsked: true });
      this.timer = setTimeout(() => void this.attempt(), 0);
    } else if (error instanceof ApiError && !error.retryable) {
      this.store.set({ personAsked: false });
      this.port.say(error.message);
    } else {
      this.port.say(this.words(this.store.get().connection === "offline" ? "personLater" : "personFailed"));
      this.timer = setTimeout(() => void this.attempt(), RETRY_MS);
    }
  }
}
