/** Replies that the server does not have yet, by hand-over. They survive a reload, in this browser, under the agent's account. */
import type { Echo } from "../shared/reduce";

export type Unsent = Readonly<Record<string, readonly Echo[]>>;

/** With what is still under way in `id`; where nothing is, it is forgotten. */
export function withUnsent(unsent: Unsent, id: string, echoes: readonly Echo[]): Unsent {
  const { [id]: _, ...others } = unsent;
  const left = echoes.filter(({ status }) => status !== "sent");
  return left.length ? { ...others, [id]: left } : others;
}

/**
 * What was kept for `id`. Nobody knows whether the server had it when the page went away: it says "not sent" until the
 * log shows it, and goes out again, under the same id, when the agent says so.
 */
export function unsentOf(unsent: Unsent, id: string): Echo[] {
  return (unsent[id] ?? []).map((echo) => (echo.status === "refused" ? echo : { ...echo, status: "failed" }));
}
