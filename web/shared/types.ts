/** The contract as the two pages use it. Event data and the packet come from `contract/`, generated from Python. */
import type { Choice, Contract, Packet } from "../contract/events";
import type { components } from "../contract/openapi";

export type { Attachment, Citation, Choice, Evidence, Packet, PacketOperation, PacketStep, TriageDecided } from "../contract/events";

/** What the routes take and give, by its name in the contract. */
export type Schemas = components["schemas"];

export type EventData = Contract["events"];
export type EventType = keyof EventData;

interface EnvelopeOf<T extends EventType> {
  readonly id: string;
  readonly seq: number;
  readonly type: T;
  readonly version: number;
  readonly conversation_id: string;
  readonly occurred_at: string;
  readonly source: "customer" | "bot" | "agent" | "system";
  readonly epoch: number;
  readonly visibility: "all" | "staff";
  readonly data: EventData[T];
}

/** One event of the log, as this reader may see it. */
export type Fact = { [T in EventType]: EnvelopeOf<T> }[EventType];
export type FactOf<T extends EventType> = Extract<Fact, { type: T }>;

/** What a customer receives in place of an event that is for staff: it keeps the numbers whole and says nothing. */
export interface HiddenFact {
  readonly seq: number;
  readonly type: "hidden";
}

export type LogEvent = Fact | HiddenFact;

export interface EventPage {
  events: LogEvent[];
  head_seq: number;
  epoch: number;
}

export type SocketFrame =
  | { kind: "event"; event: LogEvent }
  | { kind: "heartbeat"; epoch?: number; head_seq?: number; presence?: Presence | "offline" }
  | { kind: "typing"; who: string; conversation_id?: string }
  | { kind: "viewers"; conversation_id: string; viewers: Viewer[] }
  | { kind: "offer"; handoff_id: string; conversation_id: string; expires_at: string }
  | { kind: "queue" };

export interface OpenedConversation {
  conversation_id: string;
  token: string;
  head_seq: number;
  epoch: number;
}

export interface Session {
  id: string;
  email: string;
  name: string;
  roles: string[];
  expires_at: string;
}

export type HandoffState = "queued" | "accepted" | "returned" | "closed";

export type InboxItem = Schemas["InboxItem"];
export type Viewer = Schemas["Viewer"];
export type Mail = Schemas["Mail"];

export interface HandoffDetail {
  handoff_id: string;
  conversation_id: string;
  state: HandoffState;
  owner: string;
  epoch: number;
  reason: string;
  packet: Packet;
  events: Fact[];
  /** What is done for somebody whom we failed in this way. */
  recovery: Schemas["RecoveryStep"][];
  mails: Mail[];
  in_other_languages: Schemas["InOtherLanguages"];
}

export type Presence = "online" | "away";
export type { Choice as ChoiceButton };
