/** What the inbox shows, from what the server told. Pure: the time is given. */
import type { InboxItem, Session } from "../shared/types";

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
}

export function inboxOf(open: readonly InboxItem[], total: number, session: Session): Inbox {
  const mine = open.filter((item) => item.owner === `agent:${session.id}`);
  const waiting = open.filter((item) => item.state === "queued");
  return { mine, waiting, open: [...open], total, counts: { mine: mine.length, waiting: waiting.length } };
}

/** What `next` tells, without going behind what was heard since it was asked for: its reading may be the older one. */
export function keepHeard(next: Inbox, before: Inbox | null): Inbox {
  const known = new Map(before?.open.map((item) => [item.handoff_id, item]));
  const fresher = (items: readonly InboxItem[]) =>
    items.map((item) => {
      const heard = known.get(item.handoff_id);
      if (!heard || heard.customer_seq <= item.customer_seq) return item;
      const { customer_seq, customer_at, problem } = heard;
      return { ...item, customer_seq, customer_at, problem };
    });
  return { ...next, mine: fresher(next.mine), waiting: fresher(next.waiting), open: fresher(next.open) };
}

/** Nobody has answered although the answer is due. */
export function isLate(item: InboxItem, now: number): boolean {
  return item.state === "queued" && !!item.due_at && new Date(item.due_at).getTime() <= now;
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
