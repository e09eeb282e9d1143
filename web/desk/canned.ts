/** Canned replies: finding one by what follows a slash, and putting the names and numbers in. Pure. */
import type { HandoffDetail, Schemas, Session } from "../shared/types";

export type Canned = Schemas["CannedOut"];

export const VARIABLES = ["customer_name", "order_number", "agent_name"] as const;
export type Variable = (typeof VARIABLES)[number];
export type Values = Partial<Record<Variable, string>>;

const VARIABLE = new RegExp(`\\{(${VARIABLES.join("|")})\\}`, "g");
/** A slash at the beginning of a word, up to the cursor. */
const SLASH = /(?:^|\s)\/([a-z0-9_-]*)$/i;

/** What is being looked for with a slash before the cursor; null when nothing is. */
export function slashAt(text: string, cursor: number): string | null {
  return SLASH.exec(text.slice(0, cursor))?.[1] ?? null;
}

/** `text` with the slash and what follows it, before `cursor`, replaced. */
export function insertAt(text: string, cursor: number, insert: string): { text: string; cursor: number } {
  const asked = slashAt(text, cursor);
  const start = asked === null ? cursor : cursor - asked.length - 1;
  const space = asked === null && start > 0 && !/\s$/.test(text.slice(0, start)) ? " " : "";
  return { text: text.slice(0, start) + space + insert + text.slice(cursor), cursor: start + space.length + insert.length };
}

/** Those whose shortcut begins with `asked`, then those that hold it in shortcut or title. */
export function findCanned(replies: readonly Canned[], asked: string): Canned[] {
  const wanted = asked.toLowerCase();
  const begins = replies.filter((each) => each.shortcut.startsWith(wanted));
  const holds = replies.filter((each) => !begins.includes(each) && `${each.shortcut} ${each.title}`.toLowerCase().includes(wanted));
  return [...begins, ...holds];
}

/** Puts in what is known. What is not stays in braces, to be seen. */
export function fill(text: string, values: Values): string {
  return text.replace(VARIABLE, (whole, name: Variable) => values[name] || whole);
}

/** Variables that are still in `text`: it must not reach a customer like this. */
export function unfilled(text: string): Variable[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] as Variable))];
}

export function valuesOf(detail: HandoffDetail | null, session: Session): Values {
  const name = detail?.packet?.customer?.name;
  const order = orderNumber(detail);
  return { agent_name: session.name, ...(name && { customer_name: name }), ...(order && { order_number: order }) };
}

const ORDER = /\b[A-Z]{1,4}-?\d{3,10}\b/;

/** From what the assistant filled in, else from what the customer wrote last. */
export function orderNumber(detail: HandoffDetail | null): string | null {
  const slots = Object.entries(detail?.packet?.need?.slots ?? {});
  const slot = slots.find(([name]) => /order(_|$)/.test(name) && !/date|status/.test(name));
  if (slot) return String(slot[1].value);
  for (const fact of [...(detail?.events ?? [])].reverse()) {
    if (fact.type !== "message.sent" || fact.source !== "customer") continue;
    const found = ORDER.exec(fact.data.text ?? "");
    if (found) return found[0];
  }
  return null;
}
