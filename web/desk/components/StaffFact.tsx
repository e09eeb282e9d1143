import type { ComponentChildren } from "preact";
import type { Evidence, PacketStep, TriageDecided } from "../../shared/types";
import { score, spaced, sureness } from "../format";
import { label, t } from "../words";
import { type Names, noteOf, type Told, told } from "./told";
import { useAnchor } from "./anchors";
import { When } from "./When";

export type { Names };

/** One event that is not a message: a quiet line, or a card where an agent should stop and read. */
export function StaffFact({ fact, names, tried }: { fact: Told; names: Names; tried: readonly PacketStep[] }) {
  switch (fact.type) {
    case "triage.decided":
      return <Triage fact={fact} data={fact.data} lookups={tried.filter((step) => step.kind === "lookup" && fact.data.reply_to.includes(step.seq))} />;
    case "handoff.requested":
      return (
        <Card fact={fact} kind="handover" title={t("storyRequested", { reason: label("reason", fact.data.reason) })}>
          {fact.data.score != null && <p class="soft">{t("score", { score: score(fact.data.score) })}</p>}
          {fact.data.note && <p>{noteOf(fact.data)}</p>}
          <EvidenceList evidence={fact.data.evidence} />
        </Card>
      );
    case "message.drafted":
      return (
        <Card fact={fact} kind="draft" title={t(fact.data.reason.startsWith("nothing backs") ? "draftHeld" : "storyDraft")}>
          <p class="plain">{fact.data.text}</p>
        </Card>
      );
    case "turn.failed":
      return (
        <Card fact={fact} kind="failure" title={t("storyFailed")}>
          <p class="plain">{fact.data.text}</p>
          <p class="soft">{label("trouble", fact.data.reason)}</p>
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
      const text = told(fact, names);
      return text ? <Line fact={fact} text={text} /> : null;
    }
  }
}

function Line({ fact, text }: { fact: Told; text: string }) {
  return (
    <li id={useAnchor(fact.seq)} class="told" tabIndex={-1}>
      <span>{text}</span>
      <When at={fact.occurred_at} />
    </li>
  );
}

function Card({ fact, kind, title, children }: { fact: Told; kind: string; title: string; children: ComponentChildren }) {
  return (
    <li id={useAnchor(fact.seq)} class={`card is-${kind}`} tabIndex={-1}>
      <p class="said-head">
        <strong>{title}</strong>
        <When at={fact.occurred_at} />
      </p>
      {children}
    </li>
  );
}

/** What the assistant understood in one turn: one line to skim, the evidence behind it to open. */
function Triage({ fact, data, lookups }: { fact: Told; data: TriageDecided; lookups: readonly PacketStep[] }) {
  const read = data.intent ? t("triageRead", { intent: spaced(data.intent) }) : t("triageReadNothing");
  const sure = data.confidence == null ? "" : `, ${t(`sure_${sureness(data.confidence)}`)} (${Math.round(data.confidence * 100)} %)`;
  const scores = t("triageScores", { frustration: score(data.frustration), complexity: score(data.complexity) });
  return (
    <li id={useAnchor(fact.seq)} class={`told triage decision-${data.decision}`} tabIndex={-1}>
      <details>
        <summary>
          {read}
          {sure} → {label("decision", data.decision)}
          {lookups.length > 0 && ` · ${t("triageLookedUp", { what: lookups.map((step) => step.text).join("; ") })}`}
        </summary>
        <p>
          {scores}, {t("triageRule", { rule: spaced(data.rule) })}
        </p>
        <EvidenceList evidence={data.evidence} />
      </details>
      <When at={fact.occurred_at} />
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
