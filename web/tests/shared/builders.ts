/** Small builders of events for the tests. */
import type { EventData, EventType, Fact, FactOf, LogEvent } from "../../shared/types";

export function fact<T extends EventType>(seq: number, type: T, data: EventData[T], more: Partial<Fact> = {}): FactOf<T> {
  return {
    id: `evt_${seq}`,
    seq,
    type,
    version: 1,
    conversation_id: "cnv_1",
    occurred_at: new Date(Date.UTC(2026, 0, 5, 9, 0, seq)).toISOString(),
    source: "system",
    epoch: 1,
    visibility: "all",
    data,
    ...more,
  } as unknown as FactOf<T>;
}

export const hidden = (seq: number): LogEvent => ({ seq, type: "hidden" });

export function said(seq: number, source: "customer" | "bot" | "agent", text: string, data: Partial<EventData["message.sent"]> = {}): Fact {
  return fact(seq, "message.sent", { text, author: source, reply_to: [], ...data }, { source });
}

/** A whole story: asked, answered with choices, chosen, handed over, accepted, answered by a person, closed. */
export function story(): LogEvent[] {
  return [
    fact(1, "conversation.opened", { channel: "web" }),
    said(2, "customer", "Where is my order?", { client_message_id: "m1" }),
    hidden(3),
    said(4, "bot", "Which one?", {
      reply_to: [2],
      choices: [
        { label: "Boots", choice: "c1" },
        { label: "Fleece", choice: "c2" },
      ],
    }),
    said(5, "customer", "Boots", { client_message_id: "m2" }),
    hidden(6),
    fact(7, "handoff.queued", { handoff_id: "h1", queue: "support", position: 2 }, { epoch: 2 }),
    fact(8, "handoff.accepted", { handoff_id: "h1", agent_id: "agt_1", agent_name: "Ana" }, { epoch: 3 }),
    said(9, "agent", "I have it here.", { author: "agt_1", client_message_id: "a1" }),
    fact(10, "conversation.closed", { by: "agt_1", outcome: "resolved" }, { epoch: 4 }),
  ];
}

/** Repeatable chance, so that a failing order can be run again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}
