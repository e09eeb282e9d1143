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
  /** All that was there at the start has been applied; what comes now is new. */
  onCaughtUp(): void;
  /** The server does not know this reader any more. The stream has stopped. */
  onRefused(error: ApiError): void;
  random?: () => number;
}

const POLL_WAIT_S = 25;
const POLL_AFTER_FAILURES = 2;

export class ConversationStream {
  private readonly socket: ReconnectingSocket;
  private stopper = new AbortController();
  private polling: AbortController | null = null;
  private filling = false;
  private caughtUp = false;
  private wake: (() => void) | null = null;

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
    this.polling?.abort();
    this.polling = null;
    this.socket.stop();
    this.wake?.();
  }

  /** The browser says that the network is back, or the reader came back to the page. */
  nudge(): void {
    this.wake?.();
    if (this.caughtUp) this.socket.nudge();
  }

  /** The browser says that the network is gone: do not wait for the socket to notice. */
  offline(): void {
    this.port.onConnection("offline");
  }

  typing(): void {
    this.socket.send({ kind: "typing" });
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
      if ((frame.head_seq ?? 0) > this.port.seq()) void this.fill();
    } else if (frame.kind === "typing") {
      this.port.onTyping(frame.who);
    }
  }

  /** Reads to the head of the log. False when the server could not be reached. */
  private async fill(): Promise<boolean> {
    if (this.filling) return true;
    this.filling = true;
    const { signal } = this.stopper;
    try {
      for (;;) {
        const before = this.port.seq();
        const page = await this.port.read(before, 0, signal);
        if (signal.aborted) return false;
        page.events.forEach((event) => this.port.onEvent(event));
        if (this.port.seq() >= page.head_seq || this.port.seq() === before) return true;
      }
    } catch (error) {
      this.refuse(error);
      return false;
    } finally {
      this.filling = false;
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
