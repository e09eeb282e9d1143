/** One event that is no message, in a line: for the story and for the trail. */
import type { Fact } from "../../shared/types";
import { clock, spaced } from "../format";
import { label, t } from "../words";

/** The name behind an author's id. */
export type Names = (author: string) => string;

/** In the place of a name where nobody closed it: the customer did not answer. */
const SILENCE = "idle";

export type Told = Exclude<Fact, { type: "message.sent" }>;

export function told(fact: Told, names: Names): string | null {
  const line = sentence(fact, names);
  return line && line.charAt(0).toUpperCase() + line.slice(1);
}

function sentence(fact: Told, names: Names): string | null {
  switch (fact.type) {
    case "conversation.opened":
      return t("storyOpened", { channel: fact.data.channel });
    case "conversation.closed": {
      const { outcome, by } = fact.data;
      if (by === SILENCE) return outcome ? t("storySilenceOutcome", { outcome: label("outcome", outcome) }) : t("storySilence");
      return outcome ? t("storyClosedOutcome", { by: names(by), outcome: label("outcome", outcome) }) : t("storyClosed", { by: names(by) });
    }
    case "conversation.reopened":
    case "handoff.reopened":
      return t("storyReopened", { by: names(fact.data.by) });
    case "customer.verified":
      return t("storyVerified", { method: label("verified", fact.data.method) });
    case "handoff.queued":
      return t("storyQueued", { queue: fact.data.queue, position: fact.data.position });
    case "handoff.accepted":
      return t("storyAccepted", { name: fact.data.agent_name });
    case "handoff.transferred":
      return withNote(t("storyTransferred", { by: names(fact.data.by), queue: fact.data.queue }), fact.data.note);
    case "handoff.returned":
      return withNote(t("storyReturned", { by: names(fact.data.by) }), fact.data.note);
    case "episode.opened":
      return t("storyEpisodeOpened", { topic: topic(fact.data.topic) });
    case "episode.linked":
      return t(fact.data.from_episode_id ? "storyEpisodeLinked" : "storyEpisodeNamed", { topic: [topic(fact.data.topic), fact.data.entity].filter(Boolean).join(" · ") });
    case "episode.closed":
      return t("storyEpisodeClosed", { reason: fact.data.reason === SILENCE ? t("longSilence") : fact.data.reason.replace(/\bagt_[\w-]+/, names).replace(/_/g, " ") });
    case "approval.requested":
      return t("storyApprovalRequested", { summary: fact.data.summary });
    case "approval.decided":
      return t("storyApprovalDecided", { by: names(fact.data.by), decision: fact.data.decision });
    case "feedback.given":
      return fact.data.kind === "survey" ? t("storySurveyAnswered") : t(fact.data.kind === "solved" ? "storySolved" : "storyNotSolved");
    case "survey.offered":
      return t("storySurveyOffered");
    case "survey.answered":
      return t("storySurveyAnswered");
    case "promise.made":
      return t("storyPromise", { due: clock(fact.data.due_at), text: fact.data.text });
    case "promise.kept":
      return fact.data.proof?.startsWith("mail_") ? t("storyPromiseMailed") : t("storyPromiseKept", { proof: fact.data.proof });
    case "handoff.requested":
      return t("storyRequested", { reason: label("reason", fact.data.reason) });
    case "handoff.offered":
      return t("storyOffered", { name: names(fact.data.agent_id) });
    case "handoff.declined":
      return t(fact.data.reason === "expired" ? "storyOfferExpired" : "storyDeclined", { name: names(fact.data.agent_id) });
    case "handoff.released":
      return t("storyReleased", { name: names(fact.data.agent_id), reason: label("released", fact.data.reason) });
    case "contact.given":
      return t(fact.data.kind === "phone" ? "storyContactPhone" : "storyContact", { address: fact.data.address ?? "" });
    case "promise.warned":
      return t("storyPromiseWarned", { due: clock(fact.data.due_at) });
    case "note.added":
      return t("storyNote", { author: names(fact.data.author) });
    case "action.performed":
      return t("storyOperation", { kind: spaced(fact.data.kind), state: label("operation", fact.data.state) });
    case "message.drafted":
      return t("storyDraft");
    case "turn.failed":
      return t("storyFailed");
    default:
      return null;
  }
}

function topic(name: string | null | undefined): string {
  return name ? spaced(name) : t("unknownTopic");
}

function withNote(text: string, note: string | null | undefined): string {
  return note ? `${text}: “${note}”` : text;
}

/** The note of a hand-over: somebody's words, or the code of what the assistant ran into. */
export function noteOf({ reason, note }: { reason: string; note?: string | null }): string | null {
  return note && reason === "tool_failure" && /^[a-z0-9_]+$/.test(note) ? label("trouble", note) : (note ?? null);
}
