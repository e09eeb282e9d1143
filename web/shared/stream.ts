/**
 * One conversation's events, whole and in order whatever the network does.
 *
 * First everything after the last known `seq` is read; then a socket follows from there. A gap, or a heartbeat that
 * knows of more, is filled by reading. Where no socket can be opened (a proxy refuses the upgrade), a long poll
 * carries the conversation while the socket goes on trying.
 */
import { ApiError } from "./api";
import { ReconnectingSocket } from "./socket";
import type { EventPage, LogEvent, SocketFrame } from "./types";

export type Connection = "connecting" | "online" | "offline";

export interface StreamPort {
  /** The last event that was applied. */
  seq(): number;
  hasGap(): boolean;
  read(after: number, waitSeconds: number, signal: AbortSignal): Promise<EventPage>;
  open(after: number): WebSocket;
  onEvent(event: LogEvent): void;
  onTyping(who: string): void;
  onConnection(connection: Connection): void;
  /** The log ends before what was applied: it was restored from a backup. What was applied is to be forgotten. */
  onShorterLog(): void;
  /** All that was there at the start has been applied; what comes now is new. */
  onCaughtUp(): void;
  /** The server does not know this reader any more. The stream has stopped. */
  onRefused(error: ApiError): void;
  random?: () => number;
}

const POLL_WAIT_S = 25;
const POLL_AFTER_FAILURES = 2;
const EXPECTED_WITHIN_MS = 3_000;

export class ConversationStream {
  private readonly socket: ReconnectingSocket;
  private stopper = new AbortController();
  private polling: AbortController | null = null;
  private filling = false;
  /** Asked for, maybe while a reading was under way, which may have looked too early. */
  private wanted = false;
  private reading = new AbortController();
  private caughtUp = false;
  private wake: (() => void) | null = null;
  private doubt: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly port: StreamPort) {
    this.socket = new ReconnectingSocket({
      open: () => port.open(port.seq()),
      onFrame: (frame) => this.receive(frame),
      onUp: () => this.up(),
      onDown: (failures) => this.down(failures),
      // Reading over HTTP says why, and with which error.
      onRefused: () => void this.fill(),
      ...(port.random && { random: port.random }),
    });
  }

  async start(): Promise<void> {
    const stopper = this.stopper;
    this.port.onConnection("connecting");
    for (let attempt = 0; !stopper.signal.aborted; attempt += 1) {
      if (await this.fill()) break;
      this.port.onConnection("offline");
      await this.pause(Math.min(15_000, 1_000 * 2 ** attempt), stopper.signal);
    }
    if (stopper.signal.aborted) return;
    this.caughtUp = true;
    this.port.onCaughtUp();
    this.socket.start();
  }

  stop(): void {
    this.stopper.abort();
    this.stopper = new AbortController();
    this.reading.abort();
    clearTimeout(this.doubt);
    this.polling?.abort();
    this.polling = null;
    this.socket.stop();
    this.wake?.();
  }

  /** The reader came back to the page, or asks for another try. */
  nudge(): void {
    this.wake?.();
    if (this.caughtUp) this.socket.nudge();
  }

  /**
   * The browser says that the network is back. What was missed is read at once, over HTTP, and the old socket is given
   * up even if it looks open: it may be one end of a line that is gone.
   */
  online(): void {
    this.wake?.();
    if (!this.caughtUp) return;
    void this.fill();
    // A request that was sent into the dead line would be waited for.
    this.reading.abort();
    this.socket.renew();
  }

  /** The browser says that the network is gone: do not wait for the socket to notice. */
  offline(): void {
    this.port.onConnection("offline");
  }

  typing(): void {
    this.socket.send({ kind: "typing" });
  }

  /** The log holds this event: a line that has not brought it soon is dead, however open it looks. */
  expect(seq: number): void {
    clearTimeout(this.doubt);
    this.doubt = setTimeout(() => {
      if (this.port.seq() < seq) this.online();
    }, EXPECTED_WITHIN_MS);
  }

  private up(): void {
    this.polling?.abort();
    this.polling = null;
    this.port.onConnection("online");
    void this.fill();
  }

  private down(failures: number): void {
    if (this.polling) return;
    this.port.onConnection(failures === 0 ? "connecting" : "offline");
    if (failures >= POLL_AFTER_FAILURES) void this.poll();
  }

  private receive(frame: SocketFrame): void {
    if (frame.kind === "event") {
      this.port.onEvent(frame.event);
      if (this.port.hasGap()) void this.fill();
    } else if (frame.kind === "heartbeat") {
      const head = frame.head_seq ?? this.port.seq();
      if (head !== this.port.seq()) void this.fill();
    } else if (frame.kind === "typing") {
      this.port.onTyping(frame.who);
    }
  }

  /** Reads to the head of the log. False when the server could not be reached. */
  private async fill(): Promise<boolean> {
    this.wanted = true;
    if (this.filling) return true;
    this.filling = true;
    const { signal } = this.stopper;
    try {
      while (this.wanted && !signal.aborted) {
        this.wanted = false;
        try {
          await this.readToHead(signal);
        } catch (error) {
          if (this.refuse(error) || !this.wanted) return false;
        }
      }
      return !signal.aborted;
    } finally {
      this.filling = false;
    }
  }

  private async readToHead(stopped: AbortSignal): Promise<void> {
    this.reading = new AbortController();
    for (;;) {
      const before = this.port.seq();
      const page = await this.port.read(before, 0, this.reading.signal);
      if (stopped.aborted) return;
      if (page.head_seq < before) {
        this.port.onShorterLog();
        continue;
      }
      page.events.forEach((event) => this.port.onEvent(event));
      if (this.port.seq() >= page.head_seq || this.port.seq() === before) return;
    }
  }

  private async poll(): Promise<void> {
    const poll = (this.polling = new AbortController());
    for (let failures = 0; !poll.signal.aborted; ) {
      try {
        const page = await this.port.read(this.port.seq(), POLL_WAIT_S, poll.signal);
        if (poll.signal.aborted) return;
        failures = 0;
        this.port.onConnection("online");
        if (page.head_seq < this.port.seq()) this.port.onShorterLog();
        page.events.forEach((event) => this.port.onEvent(event));
        // A server that answers at once with nothing must not be asked in a tight circle.
        if (page.events.length === 0) await this.pause(1_000, poll.signal);
      } catch (error) {
        if (poll.signal.aborted || this.refuse(error)) return;
        failures += 1;
        this.port.onConnection("offline");
        await this.pause(Math.min(15_000, 1_000 * 2 ** failures), poll.signal);
      }
    }
  }

  private refuse(error: unknown): boolean {
    if (!(error instanceof ApiError) || !error.lost) return false;
    this.stop();
    this.port.onRefused(error);
    return true;
  }

  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.wake = null;
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.wake = end;
      signal.addEventListener("abort", end);
    });
  }
}
