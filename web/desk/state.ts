import type { Conversation } from "../shared/reduce";
import type { HandoffDetail, HandoffListItem, Presence, QueueView, Session } from "../shared/types";

export type SignedIn =
  | { status: "checking" }
  | { status: "out"; reason: string | null }
  | { status: "in"; session: Session };

/** One opened hand-over: what the server said of it, and its conversation folded from the log. */
export interface View {
  id: string;
  status: "loading" | "ready" | "failed";
  detail: HandoffDetail | null;
  conversation: Conversation;
  /** The action that is under way. */
  busy: string | null;
  /** Why the last action did not work, in a sentence. */
  problem: string | null;
}

export interface Toast {
  number: number;
  text: string;
  handoffId: string | null;
  /** Takes back what the text tells of. */
  undo: (() => void) | null;
}

export interface DeskState {
  signedIn: SignedIn;
  /** The part of the desk on the screen, as the address names it; one that is not for this person shows their first. */
  section: string;
  presence: Presence;
  queue: QueueView | null;
  queueProblem: string | null;
  views: Readonly<Record<string, View>>;
  selected: string | null;
  connected: boolean;
  toasts: readonly Toast[];
  sound: boolean;
  query: string;
  help: boolean;
  /** Conversation id → who is writing. */
  typing: Readonly<Record<string, string>>;
}

export const INITIAL: DeskState = {
  signedIn: { status: "checking" },
  section: "conversations",
  presence: "away",
  queue: null,
  queueProblem: null,
  views: {},
  selected: null,
  connected: true,
  toasts: [],
  sound: false,
  query: "",
  help: false,
  typing: {},
};

export interface Lists {
  mine: HandoffListItem[];
  waiting: HandoffListItem[];
}

/** The two lists as shown: filtered by the search, in the server's order. */
export function lists(state: DeskState): Lists {
  const query = state.query.trim().toLowerCase();
  const keep = (item: HandoffListItem) =>
    !query || `${item.customer_name ?? ""} ${item.problem ?? ""} ${item.reason}`.toLowerCase().includes(query);
  return { mine: (state.queue?.mine ?? []).filter(keep), waiting: (state.queue?.waiting ?? []).filter(keep) };
}

/** True when this agent may answer in the conversation. */
export function isMine(state: DeskState, view: View): boolean {
  const { signedIn } = state;
  return signedIn.status === "in" && view.detail?.owner === `agent:${signedIn.session.id}`;
}

const ANSWERING: readonly string[] = ["agent", "senior", "lead", "admin"];
const EDITING: readonly string[] = ["editor", "lead", "admin"];
const DECIDING: readonly string[] = ["lead", "admin"];

/** May take conversations. The server decides; this only hides what it would refuse. */
export function answers(session: Session): boolean {
  return session.roles.some((role) => ANSWERING.includes(role));
}

/** May write and publish articles. */
export function edits(session: Session): boolean {
  return session.roles.some((role) => EDITING.includes(role));
}

/** May decide approvals. */
export function decides(session: Session): boolean {
  return session.roles.some((role) => DECIDING.includes(role));
}
