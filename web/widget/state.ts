import { type Conversation, EMPTY } from "../shared/reduce";
import type { Connection } from "../shared/stream";

export interface Announcement {
  readonly number: number;
  readonly text: string;
}

export interface WidgetState {
  open: boolean;
  /** A conversation exists on the server. */
  started: boolean;
  /** All of it has been read; what comes now is new and is announced. */
  caughtUp: boolean;
  conversation: Conversation;
  connection: Connection;
  typing: string | null;
  /** The last message that the customer had on the screen. */
  readSeq: number;
  /** "Talk to a person" was pressed and is not yet in the log. */
  personAsked: boolean;
  /** One sentence under the messages, until something else happens. */
  notice: string | null;
  feedback: "open" | "sending" | "given";
  /** For the live region: each is spoken once, when it is added. */
  announcements: readonly Announcement[];
}

export const INITIAL: WidgetState = {
  open: false,
  started: false,
  caughtUp: false,
  conversation: EMPTY,
  connection: "online",
  typing: null,
  readSeq: 0,
  personAsked: false,
  notice: null,
  feedback: "open",
  announcements: [],
};

/** Messages that came from others since the customer last looked. */
export function unread(state: WidgetState): number {
  return state.conversation.facts.filter(
    (fact) => fact.seq > state.readSeq && fact.source !== "customer" && (fact.type === "message.sent" || fact.type === "turn.failed"),
  ).length;
}
