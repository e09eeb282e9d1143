import type { Conversation } from "../shared/reduce";
import type { HandoffDetail, InboxItem, Presence, Schemas, Session, Viewer } from "../shared/types";
import type { Canned } from "./canned";
import type { Drafts } from "./drafts";
import type { SavedView } from "./saved";
import { type Inbox, type InboxFilter, type InboxView, isLate, matches, merged } from "./inbox";

export type SignedIn =
  | { status: "checking" }
  | { status: "out"; reason: string | null }
  | { status: "in"; session: Session };

export interface Owed {
  approvals: readonly Schemas["Approval"][];
  promises: readonly Schemas["Promise"][];
}

export type Line = Schemas["TranslatedMessage"];

export interface Translation {
  /** Shown under the originals; what comes meanwhile is translated too. */
  on: boolean;
  busy: boolean;
  problem: string | null;
  /** The newest message that was asked about. */
  asked: number;
  /** How many older messages were left out. */
  earlier: number;
  /** By the message's number. */
  lines: Readonly<Record<number, Line>>;
}

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
  /** What that is called, where it is not "Undo". */
  undoLabel?: string;
}

/** The one window that may lie over the page. */
export type Dialog = "palette" | "help" | "settings" | "password" | "canned" | "transfer" | "return" | "promise" | "close" | "signOut" | null;
export const PANELS = ["packet", "customer", "suggestions", "trail"] as const;
export type Panel = (typeof PANELS)[number];

export interface DeskState {
  signedIn: SignedIn;
  /** The part of the desk on the screen, as the address names it; one that is not for this person shows their first. */
  section: string;
  presence: Presence;
  /** Away because nothing was touched for a while, not by choice. */
  idle: boolean;
  queue: Inbox | null;
  queueProblem: string | null;
  views: Readonly<Record<string, View>>;
  selected: string | null;
  /** Conversations at hand, in the order in which they were opened. */
  tabs: readonly string[];
  /** The customer's newest message that was on the screen, by hand-over. */
  read: Readonly<Record<string, number>>;
  drafts: Drafts;
  inboxView: InboxView;
  filter: InboxFilter;
  /** Views of this agent's own. */
  saved: readonly SavedView[];
  /** What ended lately; null until it was asked for. */
  closed: InboxItem[] | null;
  /** What the server found for the query; null while there is none. */
  found: InboxItem[] | null;
  panel: Panel;
  canned: Canned[] | null;
  /** Decisions and promises that are open; null until they were read. */
  owed: Owed | null;
  owedProblem: string | null;
  /** Conversation id → who of the staff looks at it. */
  viewers: Readonly<Record<string, readonly Viewer[]>>;
  /** By hand-over. */
  translations: Readonly<Record<string, Translation>>;
  connected: boolean;
  toasts: readonly Toast[];
  sound: boolean;
  /** Whether the browser shows a notification while the desk is not on the screen. */
  notify: boolean;
  query: string;
  dialog: Dialog;
  /** Conversation id → who is writing. */
  typing: Readonly<Record<string, string>>;
}

export const INITIAL: DeskState = {
  signedIn: { status: "checking" },
  section: "conversations",
  presence: "away",
  idle: false,
  queue: null,
  queueProblem: null,
  views: {},
  selected: null,
  tabs: [],
  read: {},
  drafts: {},
  inboxView: "work",
  filter: { queue: null, reason: null },
  saved: [],
  closed: null,
  found: null,
  panel: "packet",
  canned: null,
  owed: null,
  owedProblem: null,
  viewers: {},
  translations: {},
  connected: true,
  toasts: [],
  sound: false,
  notify: false,
  query: "",
  dialog: null,
  typing: {},
};

/** The id of who works here; null where nobody is signed in. */
export function signedInAs({ signedIn }: DeskState): string | null {
  return signedIn.status === "in" ? signedIn.session.id : null;
}

export interface Lists {
  mine: InboxItem[];
  waiting: InboxItem[];
  /** The other views: everything in one list. */
  all: InboxItem[];
}

const NONE: Lists = { mine: [], waiting: [], all: [] };

/** The lists as shown: of the chosen view, by filter and search, in the server's order. */
export function lists(state: DeskState, now = Date.now()): Lists {
  const { queue, inboxView, query, filter } = state;
  if (!queue) return NONE;
  const keep = (items: readonly InboxItem[]) => items.filter((item) => matches(item, query, filter));
  // A search looks everywhere, whatever the view.
  if (query.trim()) {
    const listed = new Set([...queue.mine, ...queue.waiting].map((item) => item.handoff_id));
    const others = merged(keep(queue.open), state.found?.filter((item) => matches(item, "", filter)) ?? null);
    return { mine: keep(queue.mine), waiting: keep(queue.waiting), all: others.filter((item) => !listed.has(item.handoff_id)) };
  }
  switch (inboxView) {
    case "work":
      return { mine: keep(queue.mine), waiting: keep(queue.waiting), all: [] };
    case "open":
      return { ...NONE, all: keep(queue.open) };
    case "late":
      return { ...NONE, all: keep(queue.open.filter((item) => isLate(item, now))) };
    case "owed":
      return NONE;
    case "closed":
      return { ...NONE, all: keep(state.closed ?? []) };
  }
}

/** What the server said of one hand-over in any of its lists. */
export function listed(state: DeskState, id: string): InboxItem | undefined {
  return [...(state.queue?.open ?? []), ...(state.found ?? []), ...(state.closed ?? [])].find((item) => item.handoff_id === id);
}

/** True when this agent may answer in the conversation. */
export function isMine(state: DeskState, view: View): boolean {
  const { signedIn } = state;
  return signedIn.status === "in" && view.detail?.owner === `agent:${signedIn.session.id}`;
}

/** May open what is closed again: who had it, or a lead. The server decides; this only hides what it would refuse. */
export function mayReopen({ signedIn }: DeskState, { id, detail, conversation }: View): boolean {
  if (signedIn.status !== "in" || detail?.state !== "closed" || detail.owner !== "none") return false;
  const { id: me, roles } = signedIn.session;
  const had = conversation.facts.filter((fact) => fact.type === "handoff.accepted").filter(({ data }) => data.handoff_id === id);
  return roles.some((role) => role === "lead" || role === "admin") || had.at(-1)?.data.agent_id === me;
}

const ANSWERING: readonly string[] = ["agent", "senior", "lead", "admin"];
const EDITING: readonly string[] = ["editor", "lead", "admin"];
const REVIEWING: readonly string[] = ["qa", "lead", "admin"];

/** May read who read what. */
export function audits(session: Session): boolean {
  return session.roles.some((role) => role === "lead" || role === "admin" || role === "qa");
}

/** May write replies that all share. */
export function shares(session: Session): boolean {
  return session.roles.some((role) => EDITING.includes(role));
}

/** May take conversations. The server decides; this only hides what it would refuse. */
export function answers(person: Pick<Session, "roles">): boolean {
  return person.roles.some((role) => ANSWERING.includes(role));
}

/** May write and publish articles. */
export function edits(session: Session): boolean {
  return session.roles.some((role) => EDITING.includes(role));
}

/** May read transcripts and judge them. */
export function reviews(session: Session): boolean {
  return session.roles.some((role) => REVIEWING.includes(role));
}

/** May have a scenario made of a conversation. */
export function makesScenarios(session: Session): boolean {
  return answers(session) || reviews(session);
}

/** Whether the conversation on the screen is closed and may become a scenario. */
export function mayBecomeScenario({ signedIn, selected, views }: DeskState): boolean {
  const chosen = selected ? views[selected]?.detail : null;
  return signedIn.status === "in" && chosen?.state === "closed" && makesScenarios(signedIn.session);
}

/** May add and change the accounts of the staff. */
export function administers(session: Session): boolean {
  return session.roles.includes("admin");
}
