/** Whether a text that is published answers on a day. Pure: what the server judges by, for versions that are not published yet. */
import type { Content } from "./types";

export type Reach = { answers: "now" } | { answers: "later" | "ended"; day: string };

/** Days are ISO days in the company's zone, as `today` is. */
export function reach({ effective_from: from, effective_until: until }: Pick<Content, "effective_from" | "effective_until">, today: string): Reach {
  if (until && until < today) return { answers: "ended", day: until };
  return from && from > today ? { answers: "later", day: from } : { answers: "now" };
}
