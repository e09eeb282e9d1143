/** The list that the customer sees, made from the facts: messages, who says them, and what happens between. */
import { plainText } from "../shared/markdown";
import { agentName, type Conversation, type Owner } from "../shared/reduce";
import type { Fact, FactOf } from "../shared/types";
import type { WidgetConfig } from "./calls";
import type { Words } from "./words";

type OwnerOf<K extends Owner["kind"]> = Extract<Owner, { kind: K }>;

export type Item =
  | { kind: "message"; fact: FactOf<"message.sent">; who: string; head: boolean }
  | { kind: "failure"; key: string; text: string }
  | { kind: "line"; key: string; text: string; at: string };

/** `house` is the name under which the service itself speaks, neither assistant nor person. */
export function timeline(conversation: Conversation, house: string, words: Words): Item[] {
  const items: Item[] = [];
  let speaker = "";
  const line = ({ seq, occurred_at: at }: Fact, text: string) => {
    items.push({ kind: "line", key: `line-${seq}`, text, at });
    speaker = "";
  };
  for (const fact of conversation.facts) {
    switch (fact.type) {
      case "message.sent": {
        const who = name(conversation, fact, house, words);
        items.push({ kind: "message", fact, who, head: who !== speaker });
        speaker = who;
        break;
      }
      case "turn.failed":
        items.push({ kind: "failure", key: `failure-${fact.seq}`, text: fact.data.text });
        speaker = "";
        break;
      case "handoff.accepted":
        line(fact, words("accepted", { name: fact.data.agent_name }));
        break;
      case "handoff.transferred":
      case "handoff.released":
        line(fact, words("transferred"));
        break;
      case "handoff.returned":
        line(fact, words("returned"));
        break;
      case "conversation.closed":
        line(fact, words("closed"));
        break;
      case "conversation.reopened":
      case "handoff.reopened":
        line(fact, words("reopened"));
        break;
    }
  }
  return items;
}

function name(conversation: Conversation, fact: FactOf<"message.sent">, house: string, words: Words): string {
  if (fact.source === "customer") return words("you");
  if (fact.source === "agent") return agentName(conversation, fact.data.author) ?? words("someone");
  return fact.source === "bot" ? words("assistant") : house;
}

/** The one line that says who the customer is talking with. Before that, of `there`: whether people are at the desk, or
 * when they are back. */
export function ownerLine(conversation: Conversation, started: boolean, words: Words, locale: string, there?: Pick<WidgetConfig, "opens_at" | "staffed"> | null): string {
  const { owner } = conversation;
  switch (owner.kind) {
    case "bot":
      if (started) return words("ownerBot");
      if (there?.opens_at && new Date(there.opens_at) > new Date()) return words("ownerOpens", { time: moment(there.opens_at, locale) });
      return words(there?.staffed ? "ownerHere" : there?.staffed === false ? "ownerAway" : "ownerNew");
    case "queue":
      return queueLine(owner, words, locale);
    case "agent":
      return words("ownerAgent", { name: owner.name });
    case "none":
      return words("ownerNone");
  }
}

export function queueLine({ position, estimate, staffed, opensAt }: OwnerOf<"queue">, words: Words, locale: string): string {
  if (opensAt) return words("ownerQueueOpens", { time: moment(opensAt, locale) });
  if (staffed === false) return words("ownerQueueUnstaffed");
  if (!position) return words("ownerQueue");
  if (estimate) return words("ownerQueueEstimate", { position, count: Math.max(1, Math.round(estimate / 60)) });
  return words("ownerQueueNumber", { position });
}

/** A moment in the reader's own zone: the hour today, with the day otherwise. */
export function moment(at: string, locale: string): string {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return "";
  const clock = { hour: "2-digit", minute: "2-digit" } as const;
  const today = when.toDateString() === new Date().toDateString();
  return today ? when.toLocaleTimeString(locale, clock) : when.toLocaleString(locale, { day: "numeric", month: "short", ...clock });
}

/** What a screen reader says of a new fact; null for what needs no word. */
export function spoken(conversation: Conversation, fact: Fact, words: Words): string | null {
  switch (fact.type) {
    case "message.sent":
      return `${name(conversation, fact, words("title"), words)}: ${plainText(fact.data.text)}`;
    case "turn.failed":
      return fact.data.text;
    case "handoff.accepted":
      return words("accepted", { name: fact.data.agent_name });
    case "handoff.transferred":
    case "handoff.released":
      return words("transferred");
    case "handoff.returned":
      return words("returned");
    case "conversation.closed":
      return `${words("closed")}. ${words("solvedQuestion")}`;
    default:
      return null;
  }
}
