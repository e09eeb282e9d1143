import { plainText } from "../../shared/markdown";
import type { HandoffDetail, Packet } from "../../shared/types";
import { clock, score, spaced } from "../format";
import { label, t } from "../words";
import { Mood } from "./Mood";
import { Customer, Jump, Need, Part } from "./PacketParts";
import { EvidenceList } from "./StaffFact";

interface Props {
  detail: HandoffDetail;
  /** There for those who may decide. */
  onDecide: ((approvalId: string, decision: "approved" | "declined") => void) | null;
}

/** Everything that travelled with the hand-over. Each statement leads to the message it came from. */
export function PacketPanel({ detail, onDecide }: Props) {
  const { packet } = detail;
  if (!packet?.summary) return <p class="soft packet-none">{t("packetMissing")}</p>;
  return <PacketBody packet={packet} onDecide={onDecide} decided={decided(detail)} />;
}

function PacketBody({ packet, onDecide, decided }: { packet: Packet; onDecide: Props["onDecide"]; decided: Set<string> }) {
  const { summary, why } = packet;
  const open = packet.approvals.filter((approval) => !decided.has(approval.approval_id));
  const wanted = [
    [t("summaryProblem"), summary.problem, summary.seqs?.problem],
    [t("summaryTried"), summary.tried, summary.seqs?.tried],
    [t("summaryWants"), summary.wants, summary.seqs?.wants],
  ] as const;
  return (
    <div class="packet-body" role="group" aria-label={t("packet")} tabIndex={0}>
      <dl class="summary">
        {wanted.map(([name, text, seqs]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Jump seq={seqs?.[0]}>{text}</Jump>
            </dd>
          </div>
        ))}
        <div class="next">
          <dt>{t("summaryNext")}</dt>
          <dd>{summary.next_best_action}</dd>
        </div>
      </dl>

      <Part title={t("packetWhy")}>
        <p>
          {label("reason", why.reason)}
          {why.urgency && why.urgency !== "normal" && <span class="tag is-hot">{label("urgency", why.urgency)}</span>}
          {why.flags?.map((flag) => (
            <span key={flag} class="tag">
              {spaced(flag)}
            </span>
          ))}
        </p>
        <p class="soft">
          {[
            why.score != null && t("score", { score: score(why.score) }),
            why.threshold != null && t("threshold", { threshold: score(why.threshold) }),
            why.rule && t("triageRule", { rule: spaced(why.rule) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {why.note && <p>{why.note}</p>}
        <EvidenceList evidence={why.evidence} />
      </Part>

      <Part title={t("packetMood")} hide={!packet.mood.turns && !packet.mood.frustration?.length}>
        <Mood mood={packet.mood} />
      </Part>
      <Need need={packet.need} />

      <Part title={t("packetApprovals")} hide={!open.length}>
        {open.map((approval) => (
          <div key={approval.approval_id} class="approval">
            <p>
              {approval.summary}
              {approval.amount && approval.limit && <span class="soft"> {t("approvalOver", { amount: approval.amount, limit: approval.limit })}</span>}
            </p>
            {packet.advice?.policy && <p class="soft">{packet.advice.policy}</p>}
            {onDecide && (
              <p class="approval-act">
                <button type="button" class="button is-main" onClick={() => onDecide(approval.approval_id, "approved")}>
                  {t("approve")}
                </button>
                <button type="button" class="button" onClick={() => onDecide(approval.approval_id, "declined")}>
                  {t("decline")}
                </button>
              </p>
            )}
          </div>
        ))}
      </Part>

      <Part title={t("packetOperations")} hide={!packet.operations.length}>
        <ul class="operations">
          {packet.operations.map((operation) => (
            <li key={operation.operation_id} class={`state-${operation.state}`}>
              <span>{operation.summary}</span>
              <span class="soft">
                {label("operation", operation.state)}
                {operation.receipt && ` · ${t("receipt", { receipt: operation.receipt })}`}
              </span>
            </li>
          ))}
        </ul>
      </Part>

      <Part title={t("packetTried")} hide={!packet.tried.length}>
        <ol class="tried">
          {packet.tried.map((step, index) => (
            <li key={index}>
              <span class="soft">{label("step", step.kind)}</span>{" "}
              <Jump seq={step.seq}>{plainText(step.text)}</Jump>
              {step.reaction && <span class="soft"> {t("reaction", { reaction: step.reaction })}</span>}
            </li>
          ))}
        </ol>
      </Part>

      <Part title={t("packetArticles")} hide={!packet.articles.length}>
        <ul class="plain-list">
          {packet.articles.map((article) => (
            <li key={`${article.article_id}-${article.seq}`}>
              <Jump seq={article.seq}>{`${article.title} · ${article.section}`}</Jump>{" "}
              <a href={article.url} target="_blank" rel="noreferrer" aria-label={t("openArticle", { title: article.title })}>
                {t("toastOpen")}
              </a>
            </li>
          ))}
        </ul>
      </Part>

      <Part title={t("packetPromises")} hide={!packet.promises.length}>
        {packet.promises.map((promise) => (
          <p key={promise.promise_id}>
            {promise.text} <span class="soft">{t("due", { time: clock(promise.due_at) })}</span>
          </p>
        ))}
      </Part>

      <Customer packet={packet} />

      <Part title={t("packetUnknown")} hide={!packet.missing?.length}>
        <p>
          {packet.missing?.map((field) => (
            <span key={field} class="tag">
              {spaced(field).replace(/\./g, " · ")}
            </span>
          ))}
        </p>
        <p class="soft">{t("packetComplete", { percent: Math.round(packet.completeness * 100) })}</p>
      </Part>
    </div>
  );
}

function decided(detail: HandoffDetail): Set<string> {
  return new Set(detail.events.flatMap((fact) => (fact.type === "approval.decided" ? [fact.data.approval_id] : [])));
}
