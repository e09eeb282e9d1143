import type { ComponentChildren } from "preact";
import type { Evidence, Fact, TriageDecided } from "../../shared/types";
import { clock, score, spaced } from "../format";
import { label, t } from "../words";

/** The name behind an author's id. */
export type Names = (author: string) => string;

type Told = Exclude<Fact, { type: "message.sent" }>;

/** One event that is not a message: a quiet line, or a card where an agent should stop and read. */
export function StaffFact({ fact, names }: { fact: Told; names: Names }) {
  switch (fact.type) {
    case "triage.decided":
      return <Triage fact={fact} data={fact.data} />;
    case "handoff.requested":
      return (
        <Card fact={fact} kind="handover" title={t("storyRequested", { reason: label("reason", fact.data.reason) })}>
          {fact.data.score != null && <p class="soft">{t("score", { score: score(fact.data.score) })}</p>}
          {fact.data.note && <p>{fact.data.note}</p>}
          <EvidenceList evidence={fact.data.evidence} />
        </Card>
      );
    case "message.drafted":
      return (
        <Card fact={fact} kind="draft" title={t("storyDraft")}>
          <p class="plain">{fact.data.text}</p>
        </Card>
      );
    case "turn.failed":
      return (
        <Card fact={fact} kind="failure" title={t("storyFailed")}>
          <p class="plain">{fact.data.text}</p>
          <p class="soft">{spaced(fact.data.reason)}</p>
        </Card>
      );
    case "note.added":
      return (
        <Card fact={fact} kind="note" title={t("storyNote", { author: names(fact.data.author) })}>
          <p class="plain">{fact.data.text}</p>
        </Card>
      );
    case "action.performed":
      return (
        <Card fact={fact} kind={`operation state-${fact.data.state}`} title={t("storyOperation", { kind: spaced(fact.data.kind), state: label("operation", fact.data.state) })}>
          <p>{fact.data.summary}</p>
          {fact.data.receipt && <p class="soft">{t("receipt", { receipt: fact.data.receipt })}</p>}
        </Card>
      );
    default: {
      const text = line(fact, names);
      return text ? (
        <li id={`seq-${fact.seq}`} class="told" tabIndex={-1}>
          <span>{text}</span>
          <time dateTime={fact.occurred_at}>{clock(fact.occurred_at)}</time>
        </li>
      ) : null;
    }
  }
}

function line(fact: Told, names: Names): string | null {
  switch (fact.type) {
    case "conversation.opened":
      return t("storyOpened", { channel: fact.data.channel });
    case "conversation.closed": {
      const { outcome, by } = fact.data;
      return outcome ? t("storyClosedOutcome", { by: names(by), outcome: label("outcome", outcome) }) : t("storyClosed", { by: names(by) });
    }
    case "conversation.reopened":
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
      return t("storyEpisodeLinked", { topic: topic(fact.data.topic) });
    case "episode.closed":
      return t("storyEpisodeClosed", { reason: spaced(fact.data.reason) });
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
      return t("storyPromiseKept", { proof: fact.data.proof });
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

function Card({ fact, kind, title, children }: { fact: Told; kind: string; title: string; children: ComponentChildren }) {
  return (
    <li id={`seq-${fact.seq}`} class={`card is-${kind}`} tabIndex={-1}>
      <p class="said-head">
        <strong>{title}</strong>
        <time dateTime={fact.occurred_at}>{clock(fact.occurred_at)}</time>
      </p>
      {children}
    </li>
  );
}

/** What the assistant understood in one turn: one line to skim, the evidence behind it to open. */
function Triage({ fact, data }: { fact: Told; data: TriageDecided }) {
  const read = data.intent ? t("triageRead", { intent: spaced(data.intent) }) : t("triageReadNothing");
  const sure = data.confidence == null ? "" : ` (${Math.round(data.confidence * 100)} %)`;
  const scores = t("triageScores", { frustration: score(data.frustration), complexity: score(data.complexity) });
  return (
    <li id={`seq-${fact.seq}`} class={`told triage decision-${data.decision}`} tabIndex={-1}>
      <details>
        <summary>
          {read}
          {sure} → {label("decision", data.decision)}
        </summary>
        <p>
          {scores}, {t("triageRule", { rule: spaced(data.rule) })}
        </p>
        <EvidenceList evidence={data.evidence} />
      </details>
      <time dateTime={fact.occurred_at}>{clock(fact.occurred_at)}</time>
    </li>
  );
}

export function EvidenceList({ evidence }: { evidence: Evidence[] | undefined }) {
  if (!evidence?.length) return null;
  return (
    <ul class="evidence" aria-label={t("evidence")}>
      {evidence.map((item, index) => (
        <li key={index}>
          <meter min={0} max={1} value={item.weight} title={score(item.weight)}>
            {score(item.weight)}
          </meter>
          <span>
            {spaced(item.kind)}
            {item.text && `: “${item.text}”`}
            {item.seq != null && <span class="soft"> · {t("evidenceIn", { seq: item.seq })}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
