/**
 * The conversation as one reader sees it, folded from its log. Pure: no clock, no chance, no network.
 *
 * Events may come twice and out of order (a socket and a poll race, a resume overlaps). `seq` decides: what was
 * applied is dropped, what is ahead is parked until the gap before it is filled. So any order of delivery ends in
 * the same state, and the state never shows an event whose predecessor is missing.
 */
import type { Attachment, ChoiceButton, Fact, LogEvent } from "./types";

export type Owner =
  | { readonly kind: "bot" }
  | {
      readonly kind: "queue";
      readonly position: number | null;
      /** Seconds that it may still take; null where nobody can say. */
      readonly estimate?: number | null;
      /** False when nobody who could take it is at the desk. */
      readonly staffed?: boolean;
      /** When the desk opens again, outside business hours. */
      readonly opensAt?: string | null;
    }
  | { readonly kind: "agent"; readonly id: string; readonly name: string }
  | { readonly kind: "none" };

export type EchoStatus = "queued" | "sending" | "sent" | "failed" | "refused";

/** A message shown before the log has it. It leaves when the event with its id arrives. */
export interface Echo {
  readonly id: string;
  readonly text: string;
  readonly choice: string | null;
  readonly attachments?: readonly Attachment[];
  readonly at: string;
  readonly status: EchoStatus;
  readonly reason: string | null;
}

export interface OpenChoices {
  readonly seq: number;
  readonly items: readonly ChoiceButton[];
  readonly used: string | null;
}

export interface Conversation {
  readonly seq: number;
  readonly epoch: number;
  readonly owner: Owner;
  readonly facts: readonly Fact[];
  readonly agents: Readonly<Record<string, string>>;
  readonly choices: OpenChoices | null;
  readonly parked: Readonly<Record<number, LogEvent>>;
  readonly echoes: readonly Echo[];
}

export const EMPTY: Conversation = {
  seq: 0,
  epoch: 1,
  owner: { kind: "bot" },
  facts: [],
  agents: {},
  choices: null,
  parked: {},
  echoes: [],
};

export function reduce(state: Conversation, event: LogEvent): Conversation {
  if (event.seq <= state.seq || event.seq in state.parked) return state;
  if (event.seq > state.seq + 1) return { ...state, parked: { ...state.parked, [event.seq]: event } };
  let next = apply(state, event);
  for (let ready = next.parked[next.seq + 1]; ready; ready = next.parked[next.seq + 1]) {
    const { [ready.seq]: _, ...parked } = next.parked;
    next = apply({ ...next, parked }, ready);
  }
  return next;
}

export function reduceAll(state: Conversation, events: readonly LogEvent[]): Conversation {
  return events.reduce(reduce, state);
}

/** True while an event is missing before one that has come: ask the server for what follows `seq`. */
export function hasGap(state: Conversation): boolean {
  return Object.keys(state.parked).length > 0;
}

function apply(state: Conversation, event: LogEvent): Conversation {
  if (event.type === "hidden") return { ...state, seq: event.seq };
  const next = { ...state, seq: event.seq, epoch: Math.max(state.epoch, event.epoch), facts: [...state.facts, event] };
  switch (event.type) {
    case "message.sent":
      return applyMessage(next, event);
    case "handoff.queued":
      return { ...next, owner: { kind: "queue", position: event.data.position }, choices: null };
    case "handoff.advanced": {
      const { position, estimate_seconds: estimate = null, staffed, opens_at: opensAt = null } = event.data;
      return next.owner.kind === "queue" ? { ...next, owner: { kind: "queue", position, estimate, staffed, opensAt } } : next;
    }
    case "handoff.transferred":
    case "handoff.reopened":
      return { ...next, owner: { kind: "queue", position: null }, choices: null };
    case "handoff.accepted": {
      const { agent_id: id, agent_name: name } = event.data;
      return { ...next, owner: { kind: "agent", id, name }, agents: { ...next.agents, [id]: name }, choices: null };
    }
    case "handoff.returned":
    case "conversation.reopened":
      return { ...next, owner: { kind: "bot" }, choices: null };
    case "conversation.closed":
      return { ...next, owner: { kind: "none" }, choices: null };
    default:
      return next;
  }
}

function applyMessage(state: Conversation, event: Extract<Fact, { type: "message.sent" }>): Conversation {
  const { client_message_id: id, choices, text } = event.data;
  const echoes = id ? state.echoes.filter((echo) => echo.id !== id) : state.echoes;
  if (choices?.length) return { ...state, echoes, choices: { seq: event.seq, items: choices, used: null } };
  if (event.source !== "customer" || !state.choices) return { ...state, echoes };
  // The log keeps what the customer said, not which button it was: the same words as a label use that button up.
  const used = state.choices.used ?? state.choices.items.find((item) => item.label === text)?.choice ?? null;
  return { ...state, echoes, choices: { ...state.choices, used } };
}

/** The name under which a message's writer is shown, or null for the assistant and the customer. */
export function agentName(state: Conversation, author: string): string | null {
  const id = author.replace(/^agent:/, "");
  return state.agents[author] ?? state.agents[id] ?? null;
}

// Local echo. These change what this reader has typed, never what the log says.

export function addEcho(state: Conversation, echo: Echo): Conversation {
  const used = state.choices && echo.choice ? { ...state.choices, used: echo.choice } : state.choices;
  return { ...state, echoes: [...state.echoes, echo], choices: used };
}

export function markEcho(state: Conversation, id: string, status: EchoStatus, reason: string | null = null): Conversation {
  return { ...state, echoes: state.echoes.map((echo) => (echo.id === id ? { ...echo, status, reason } : echo)) };
}

export function dropEcho(state: Conversation, id: string): Conversation {
  return { ...state, echoes: state.echoes.filter((echo) => echo.id !== id) };
}
