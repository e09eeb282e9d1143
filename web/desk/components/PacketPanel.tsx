import { plainText } from "../../shared/markdown";
import type { HandoffDetail, Packet } from "../../shared/types";
import { clock, score, spaced } from "../format";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";
import type { Desk } from "../controller";
import { APPROVERS } from "../owed";
import type { DeskState } from "../state";
import { Mood } from "./Mood";
import { Decide, Keep } from "./Owed";
import { Recovery } from "./Recovery";
import { Afterwards, Integrity, OperationMore, Questions, Routing } from "./PacketMore";
import { Customer, Need } from "./PacketParts";
import { Jump, Part } from "./PacketSection";
import { EvidenceList } from "./StaffFact";
import { noteOf } from "./told";

interface Props {
  desk: Desk;
  detail: HandoffDetail;
  owed: DeskState["owed"];
}

/** Everything that travelled with the hand-over. Each statement leads to the message it came from. */
export function PacketPanel({ desk, detail, owed }: Props) {
  const { packet } = detail;
  if (!packet?.summary) return <p class="soft packet-none">{t("packetMissing")}</p>;
  return <PacketBody desk={desk} packet={packet} owed={owed} detail={detail} />;
}

function PacketBody({ desk, packet, detail, owed }: Props & { packet: Packet }) {
  const { summary, why } = packet;
  const wordedAnew = useLoaded(() => desk.calls.summary(detail.handoff_id), [detail.handoff_id, summary.problem, summary.tried]).value;
  const line = (name: "problem" | "tried" | "wants") => (wordedAnew?.worded.includes(name) ? wordedAnew[name] : summary[name]);
  const done = settled(detail);
  const open = packet.approvals.filter((approval) => !done.has(approval.approval_id));
  const promises = packet.promises.filter((promise) => !done.has(promise.promise_id));
  const wanted = [
    [t("summaryProblem"), line("problem"), summary.seqs?.problem],
    [t("summaryTried"), line("tried"), summary.seqs?.tried],
    [t("summaryWants"), line("wants"), summary.seqs?.wants],
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
        {!!wordedAnew?.worded.length && <p class="soft">{t("summaryWorded", { model: wordedAnew.model ?? "" })}</p>}
      </dl>

      <Recovery steps={detail.recovery} />

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
            why.rule && why.rule !== "none" && t("triageRule", { rule: spaced(why.rule) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {why.note && <p>{noteOf(why)}</p>}
        <EvidenceList evidence={why.evidence} />
        {!!why.alternatives?.length && (
          <p class="soft">
            {t("whyBefore")} {why.alternatives.map((each, index) => <Jump key={index} seq={each.seq}>{spaced(String(each.value))}</Jump>)}
          </p>
        )}
      </Part>

      <Part title={t("packetMood")} hide={!packet.mood.turns && !packet.mood.frustration?.length}>
        <Mood mood={packet.mood} />
        <EvidenceList evidence={packet.mood.signs} />
      </Part>
      <Need need={packet.need} />

      <Part title={t("packetApprovals")} hide={!open.length}>
        {open.map((approval) => (
          <div key={approval.approval_id} class="approval">
            <p>
              {!owed?.approvals.some((each) => each.approval_id === approval.approval_id) && approval.summary}
              {approval.amount && approval.limit && <span class="soft"> {t("approvalOver", { amount: approval.amount, limit: approval.limit })}</span>}
            </p>
            {packet.advice?.policy && <p class="soft">{packet.advice.policy}</p>}
            {owed?.approvals
              .filter((each) => each.approval_id === approval.approval_id)
              .map((each) => <Decide key={each.approval_id} desk={desk} approval={each} />)}
          </div>
        ))}
      </Part>

      <Part title={t("packetPolicy")} hide={!packet.advice?.policy || open.length > 0}>
        <p>{packet.advice?.policy}</p>
      </Part>

      <Part title={t("packetOperations")} hide={!packet.operations.length}>
        <ul class="operations">
          {packet.operations.map((operation) => (
            <li key={operation.operation_id} class={`state-${operation.state}`}>
              <span>{operation.summary}</span>
              <span class="soft">
                {[label("operation", operation.state), operation.effect && label("effect", operation.effect), operation.approval && label("approval", operation.approval)]
                  .filter(Boolean)
                  .join(" · ")}
                {operation.receipt && ` · ${t("receipt", { receipt: operation.receipt })}`}
              </span>
              <OperationMore operation={operation} />
            </li>
          ))}
        </ul>
      </Part>

      <Part title={t("packetTried")} hide={!packet.tried.length}>
        <ol class="tried">
          {packet.tried.map((step, index) => (
            <li key={index}>
              <span class="soft">{label("step", step.kind)}</span>{" "}
              <Jump seq={step.seq}>{step.kind === "failure" ? label("trouble", step.text) : plainText(step.text)}</Jump>
              {step.reaction && <span class="soft"> {t("reaction", { reaction: step.reaction })}</span>}
            </li>
          ))}
        </ol>
      </Part>

      <Questions questions={packet.questions} />

      <Part title={t("packetArticles")} hide={!packet.articles.length}>
        <ul class="plain-list">
          {packet.articles.map((article) => (
            <li key={`${article.article_id}-${article.seq}`}>
              <Jump seq={article.seq}>{`${article.title} · ${article.section}`}</Jump>{" "}
              {article.reaction && <span class="soft">{t("reaction", { reaction: spaced(article.reaction) })} </span>}
              <a href={article.url} target="_blank" rel="noreferrer" aria-label={t("openArticle", { title: article.title })}>
                {t("toastOpen")}
              </a>
            </li>
          ))}
        </ul>
      </Part>

      <Part title={t("packetPromises")} hide={!promises.length}>
        {promises.map((promise) => (
          <div key={promise.promise_id} class="approval">
            <p>
              {promise.text} <span class="soft">{t("due", { time: clock(promise.due_at) })}</span>
            </p>
            {promise.owner !== APPROVERS && <Keep desk={desk} promiseId={promise.promise_id} about={promise.text} />}
          </div>
        ))}
      </Part>

      <Customer packet={packet} />
      <Routing desk={desk} routing={packet.routing} ids={packet.ids} />
      <Afterwards advice={packet.advice} />

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
      <Integrity desk={desk} packet={packet} />
    </div>
  );
}

/** Approvals that were decided and promises that were kept since the packet was made. */
function settled(detail: HandoffDetail): Set<string> {
  return new Set(
    detail.events.flatMap((fact) => (fact.type === "approval.decided" ? [fact.data.approval_id] : fact.type === "promise.kept" ? [fact.data.promise_id] : [])),
  );
}
