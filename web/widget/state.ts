import { type Conversation, EMPTY } from "../shared/reduce";
import type { Connection } from "../shared/stream";
import type { Attachment, Fact, FactOf } from "../shared/types";
import type { AboutMe, FeedbackKind, Greeting, WidgetConfig } from "./calls";
import type { LeftBehind } from "./storage";

export interface Announcement {
  readonly number: number;
  readonly text: string;
}

export interface Upload {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  /** 0..1 while it is on its way. */
  readonly progress: number;
  readonly attachment: Attachment | null;
  /** Why it is not going to be sent. */
  readonly problem: string | null;
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
  feedback: "open" | "sending" | FeedbackKind;
  view: "chat" | "past" | "search" | "leave" | "over";
  /** The host page has said who this is. */
  identified: boolean;
  config: WidgetConfig | null;
  /** What the form before the first message said; null until it was filled in. */
  about: AboutMe | null;
  uploads: readonly Upload[];
  greeting: Greeting | null;
  /** Nobody is there, and the customer said that they would rather wait. */
  keepsPlace: boolean;
  /** A message to leave that was begun and not sent. */
  draft: LeftDraft;
  /** Episodes whose survey was put off, on this page. */
  surveysLeft: readonly string[];
  /** Conversations that an anonymous customer left and may go back to. */
  left: readonly LeftBehind[];
  /** For the live region: each is spoken once, when it is added. */
  announcements: readonly Announcement[];
}

export interface LeftDraft {
  readonly email: string;
  readonly phone: string;
  readonly text: string;
}

const ENDS_A_WAIT: readonly Fact["type"][] = ["handoff.returned", "conversation.closed", "conversation.reopened"];

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
  view: "chat",
  identified: false,
  config: null,
  about: null,
  uploads: [],
  greeting: null,
  keepsPlace: false,
  draft: { email: "", phone: "", text: "" },
  surveysLeft: [],
  left: [],
  announcements: [],
};

/** Messages that came from others since the customer last looked. */
export function unread(state: WidgetState): number {
  return state.conversation.facts.filter(
    (fact) => fact.seq > state.readSeq && fact.source !== "customer" && (fact.type === "message.sent" || fact.type === "turn.failed"),
  ).length;
}

/** In line while nobody who could take it is at the desk. */
export function nobodyThere({ conversation: { owner } }: WidgetState): boolean {
  return owner.kind === "queue" && (owner.staffed === false || !!owner.opensAt);
}

export interface MessageLeft {
  kind: "email" | "phone";
  address: string;
  /** By when the answer was promised. */
  dueAt: string | null;
}

/** The message that was left during this wait, with the promise made for it. */
export function messageLeft({ conversation }: WidgetState): MessageLeft | null {
  let contact: FactOf<"contact.given">["data"] | null = null;
  let dueAt: string | null = null;
  for (const fact of conversation.facts) {
    if (fact.type === "contact.given") contact = fact.data;
    else if (fact.type === "promise.made" && contact) dueAt ??= fact.data.due_at;
    else if (ENDS_A_WAIT.includes(fact.type)) contact = dueAt = null;
  }
  return contact && { kind: contact.kind, address: contact.address ?? "", dueAt };
}

/** Nobody knows who this is, nothing was said yet, and the company asks first. */
export function asksFirst({ config, identified, started, about, conversation }: WidgetState): boolean {
  return !!config?.prechat.length && !identified && !started && !about && conversation.echoes.length === 0;
}

export interface OpenSurvey {
  episode: string;
  steps: 5 | 7;
  company: string | null;
}

/**
 * The survey that waits for an answer. An issue is asked about once: what was offered before the customer said "not
 * solved" rests while it is worked on, and comes back when it ends.
 */
export function openSurvey(state: WidgetState): OpenSurvey | null {
  let open: OpenSurvey | null = null;
  let rests = false;
  for (const fact of state.conversation.facts) {
    if (fact.type === "survey.offered") {
      open = { episode: fact.data.episode_id, steps: fact.data.form === "ces5" ? 5 : 7, company: fact.data.company ?? null };
      rests = false;
    } else if (fact.type === "survey.answered") open = null;
    else if (fact.type === "feedback.given") rests = fact.data.kind === "not_solved";
    else if (fact.type === "conversation.closed") rests = false;
  }
  return open && !rests && state.feedback !== "not_solved" && !state.surveysLeft.includes(open.episode) ? open : null;
}

/** The customer has said how it went since the conversation ended: solved or not, or in the survey. */
export function saidWhetherSolved({ conversation, feedback }: WidgetState): boolean {
  if (feedback === "solved" || feedback === "not_solved") return true;
  const { facts } = conversation;
  const ended = facts.map((fact) => fact.type).lastIndexOf("conversation.closed");
  return facts.slice(ended + 1).some(({ type }) => type === "feedback.given" || type === "survey.answered");
}
