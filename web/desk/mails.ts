/** Answers that leave by e-mail: when the desk learns of them, and when it looks again. */
import type { Conversation } from "../shared/reduce";
import type { Fact, Mail } from "../shared/types";

const SOONEST = 3_000;
/** After the time of an attempt, until it is over. */
const GRACE = 2_000;

/** Milliseconds until a mail that has not left is worth another look; null where none waits. */
export function nextLook(mails: readonly Mail[], now: number): number | null {
  const times = mails.flatMap((mail) => (mail.next_at ? [Date.parse(mail.next_at)] : []));
  return times.length ? Math.max(SOONEST, Math.min(...times) - now + GRACE) : null;
}

/** Whether this event may have begun or settled a mail. */
export function touchesMails(conversation: Conversation, event: Fact): boolean {
  if (event.type === "promise.kept" || event.type === "note.added") return event.source === "system";
  return event.type === "message.sent" && event.source === "agent" && conversation.facts.some((fact) => fact.type === "contact.given");
}
