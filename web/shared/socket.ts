/** A WebSocket that comes back: jittered exponential backoff, a watch on silence, and a word on every change. */
import type { SocketFrame } from "./types";

export interface SocketPort {
  open(): WebSocket;
  onFrame(frame: SocketFrame): void;
  /** The socket is open. Called again after each reconnect. */
  onUp(): void;
  /** The socket is gone; `failures` counts tries in a row that never carried a frame. */
  onDown(failures: number): void;
  /** The server does not take this token any more, or does not know the thing. No more tries until `start`. */
  onRefused(): void;
  random?: () => number;
}

const BASE_MS = 500;
const CAP_MS = 15_000;
/** The server's heart beats every 20 s: two and a half beats of silence mean a dead line. */
const SILENCE_MS = 50_000;
/** A try that has neither opened nor failed by then hangs in a network that is gone. */
const OPEN_WITHIN_MS = 10_000;
/** Close codes of the server: token not valid, nothing there. A browser cannot see the status of a refused handshake. */
const REFUSED = [4401, 4404];

export class ReconnectingSocket {
  private socket: WebSocket | null = null;
  private failures = 0;
  private attempts = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;

  constructor(private readonly port: SocketPort) {}

  get isUp(): boolean {
    return this.socket?.readyState === 1;
  }

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
  }

  /** Try now, if there is no line: somebody looks at the page, or asks for it. */
  nudge(): void {
    if (!this.isUp) this.renew();
  }

  /** A new line in any case: after the network was gone a socket may look open and never carry a frame again. */
  renew(): void {
    if (this.stopped) return;
    this.attempts = 0;
    clearTimeout(this.retry);
    this.drop();
    this.connect();
  }

  send(frame: { kind: string; conversation_id?: string }): void {
    if (this.isUp) this.socket?.send(JSON.stringify(frame));
  }

  /** Wait before the next try: between half and the whole of a doubling step, so that clients do not come as one. */
  delay(): number {
    const step = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(this.attempts, 10));
    return step / 2 + ((this.port.random ?? Math.random)() * step) / 2;
  }

  private connect(): void {
    let socket: WebSocket;
    try {
      socket = this.port.open();
    } catch {
      this.lost();
      return;
    }
    let heard = false;
    this.socket = socket;
    this.watch(OPEN_WITHIN_MS);
    socket.onopen = () => this.watch();
    socket.onmessage = (message: MessageEvent) => {
      this.watch();
      // Only a first frame proves that the server wants us: it also opens sockets merely to say why it closes them.
      if (!heard) {
        heard = true;
        this.attempts = this.failures = 0;
        this.port.onUp();
      }
      const frame = parse(message.data);
      if (frame) this.port.onFrame(frame);
    };
    socket.onclose = (event: CloseEvent) => {
      if (this.socket !== socket) return;
      if (!heard) this.failures += 1;
      if (REFUSED.includes(event.code)) {
        this.stop();
        this.port.onRefused();
      } else {
        this.lost();
      }
    };
  }

  private lost(): void {
    this.drop();
    if (this.stopped) return;
    this.port.onDown(this.failures);
    this.retry = setTimeout(() => this.connect(), this.delay());
    this.attempts += 1;
  }

  private watch(within = SILENCE_MS): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), within);
  }

  private drop(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (socket.readyState < 2) socket.close();
  }
}

function parse(data: unknown): SocketFrame | null {
  try {
    const frame = JSON.parse(String(data)) as SocketFrame;
    return typeof frame?.kind === "string" ? frame : null;
  } catch {
    return null;
  }
}
