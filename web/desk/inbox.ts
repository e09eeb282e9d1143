/** What the inbox shows, from what the server told. Pure: the time is given. */
import type { FactOf, InboxItem, Schemas, Session } from "../shared/types";

/** `owed` lists decisions and promises, the others hand-overs. */
export const VIEWS = ["work", "open", "late", "owed", "closed"] as const;
export type InboxView = (typeof VIEWS)[number];

export interface InboxFilter {
  /** The code of a queue or of a reason; null for all. */
  queue: string | null;
  reason: string | null;
}

export interface Inbox {
  mine: InboxItem[];
  waiting: InboxItem[];
  open: InboxItem[];
  counts: { mine: number; waiting: number };
  /** How many are open, where not all of them were sent. */
  total: number;
  /** Seconds in which an owner answers what a customer writes. */
  answerWithin: number;
}

export function inboxOf({ open, total, answer_within: answerWithin }: Schemas["InboxOut"], session: Session): Inbox {
  const mine = open.filter((item) => item.owner === `agent:${session.id}`);
  const waiting = open.filter((item) => item.state === "queued");
  return { mine, waiting, open: [...open], total, answerWithin, counts: { mine: mine.length, waiting: waiting.length } };
}

/** What `next` tells, without going behind what was heard since it was asked for: its reading may be the older one. */
export function keepHeard(next: Inbox, before: Inbox | null): Inbox {
  const known = new Map(before?.open.map((item) => [item.handoff_id, item]));
  const fresher = (items: readonly InboxItem[]) =>
    items.map((item) => {
      const heard = known.get(item.handoff_id);
      if (!heard || heard.customer_seq <= item.customer_seq) return item;
      const { customer_seq, customer_at, problem, their_turn, answer_by } = heard;
      return { ...item, customer_seq, customer_at, problem, their_turn, answer_by };
    });
  return { ...next, mine: fresher(next.mine), waiting: fresher(next.waiting), open: fresher(next.open) };
}

/** `queue` after a message of its conversation: whose turn it is then, and by when its owner answers. */
export function withMessage(queue: Inbox, event: FactOf<"message.sent">): Inbox {
  const { conversation_id: id, seq, source, occurred_at: at } = event;
  const said = (item: InboxItem): InboxItem => {
    if (item.conversation_id !== id) return item;
    if (source === "agent") return item.customer_seq < seq ? { ...item, their_turn: false, answer_by: null } : item;
    if (source !== "customer" || item.customer_seq >= seq) return item;
    const due = new Date(new Date(at).getTime() + queue.answerWithin * 1000).toISOString();
    const answer_by = item.state === "accepted" ? (item.answer_by ?? due) : null;
    return { ...item, customer_seq: seq, customer_at: at, problem: event.data.text, their_turn: true, answer_by };
  };
  return { ...queue, mine: queue.mine.map(said), waiting: queue.waiting.map(said), open: queue.open.map(said) };
}

/** Nobody has answered although the answer is due: the first one while it waits, its owner's after that. */
export function isLate(item: InboxItem, now: number): boolean {
  const due = item.state === "queued" ? item.due_at : item.answer_by;
  return !item.ended_at && !!due && new Date(due).getTime() <= now;
}

/** What is offered to this agent now, in the queue's order. */
export function offersOf(queue: Inbox | null, now: number): InboxItem[] {
  return (queue?.waiting ?? []).filter((item) => item.offered_until && new Date(item.offered_until).getTime() > now);
}

export interface News {
  /** Offered to this agent, also once more. */
  offered: InboxItem[];
  /** Began to wait: new, or let go by a colleague. */
  arrived: InboxItem[];
  /** Customers of this agent who wrote. */
  written: InboxItem[];
}

/** What `next` tells that `before` did not. What this agent passed on is no news to them. */
export function news(before: Inbox, next: Inbox): News {
  const waited = new Map(before.waiting.map((item) => [item.handoff_id, item]));
  const had = new Map(before.mine.map((item) => [item.handoff_id, item]));
  const offered = next.waiting.filter((item) => item.offered_until && waited.get(item.handoff_id)?.offered_until !== item.offered_until);
  return {
    offered,
    arrived: next.waiting.filter((item) => !waited.has(item.handoff_id) && !had.has(item.handoff_id) && !offered.includes(item)),
    written: next.mine.filter((item) => item.customer_seq > (had.get(item.handoff_id)?.customer_seq ?? item.customer_seq)),
  };
}

/** The customer wrote after what was read here last. Only what is this agent's own can be unread. */
export function isUnread(item: InboxItem, read: Readonly<Record<string, number>>, session: Session): boolean {
  return item.owner === `agent:${session.id}` && item.customer_seq > (read[item.handoff_id] ?? 0);
}

export function matches(item: InboxItem, query: string, filter: InboxFilter): boolean {
  if (filter.queue && item.queue !== filter.queue) return false;
  if (filter.reason && item.reason !== filter.reason) return false;
  const wanted = query.trim().toLowerCase();
  const text = `${item.customer_name ?? ""} ${item.customer_id ?? ""} ${item.problem ?? ""} ${item.reason}`;
  return !wanted || text.toLowerCase().includes(wanted);
}

/** What is known here and matches, then what only the server found; each once. */
export function merged(here: readonly InboxItem[], found: readonly InboxItem[] | null): InboxItem[] {
  const ids = new Set(here.map((item) => item.handoff_id));
  return [...here, ...(found ?? []).filter((item) => !ids.has(item.handoff_id))];
}

/** The codes that occur, with how often. */
export function tally(items: readonly InboxItem[], field: "queue" | "reason"): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item[field], (counts.get(item[field]) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}
