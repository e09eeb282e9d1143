import type { Packet } from "../../shared/types";
import type { Desk } from "../controller";
import { clock, spaced } from "../format";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";
import { Overflow } from "./Overflow";
import { Jump, Pairs, Part, type Row } from "./PacketSection";

/** What was asked and what came back, so that nobody asks again. */
export function Questions({ questions = [] }: { questions?: Packet["questions"] }) {
  return (
    <Part title={t("packetQuestions")} hide={!questions.length}>
      <ul class="plain-list">
        {questions.map((each) => (
          <li key={each.seq}>
            <Jump seq={each.seq}>{each.text}</Jump>
            {" → "}
            {each.answer ? <Jump seq={each.answer_seq}>{each.answer}</Jump> : <span class="soft">{t("unanswered")}</span>}
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Where it waits, and what the customer was told about that. */
export function Routing({ desk, routing, ids }: { desk: Desk; routing: Packet["routing"]; ids: Packet["ids"] }) {
  const wanted = routing.requested_agent;
  // A packet names colleagues by their id, which tells nobody anything.
  const { value: staff } = useLoaded(async () => (wanted ? (await desk.calls.colleagues()).agents : []), [wanted]);
  const meantFor = wanted && (staff?.find(({ id }) => id === wanted)?.name ?? t("someColleague"));
  return (
    <Part title={t("packetRouting")}>
      <Pairs
        rows={[
          [t("filterQueue"), label("queue", routing.queue)],
          [t("routingSkills"), routing.skills?.map(spaced).join(", ")],
          [t("routingWeight"), (routing.capacity_weight ?? 1) > 1 && String(routing.capacity_weight)],
          [t("routingFor"), meantFor],
          [t("routingSince"), clock(ids.wait_started_at)],
          [t("routingTold"), told(routing)],
          [t("routingRead"), routing.text_shown],
        ]}
      />
    </Part>
  );
}

/** For the end of it: what the assistant should hear, and what can be done in one step. */
export function Afterwards({ advice }: { advice: Packet["advice"] }) {
  return (
    <Part title={t("packetAfterwards")} hide={!advice.hand_back && !advice.macros?.length}>
      {advice.hand_back && <p>{advice.hand_back}</p>}
      {!!advice.macros?.length && <p class="soft">{t("packetMacros", { names: advice.macros.map(spaced).join(", ") })}</p>}
    </Part>
  );
}

/** What stood behind the assistant, what was left out, and what was taken out. */
export function Integrity({ desk, packet }: { desk: Desk; packet: Packet }) {
  const { ids, overflow = [], redactions = [] } = packet;
  const rows: Row[] = [
    [t("madeBy"), ids.bot_version],
    [t("madeFrom"), ids.knowledge_version],
    [t("madeWords"), ids.model],
  ];
  return (
    <Part title={t("packetIntegrity")} hide={!redactions.length && !overflow.length && !rows.some(([, value]) => value)}>
      <Pairs rows={rows} />
      {overflow.length > 0 && <p class="soft">{t("packetOverflow")}</p>}
      {overflow.map((each) => (
        <Overflow key={each.part} desk={desk} id={ids.handoff_id} part={each.part} count={each.items} />
      ))}
      {redactions.map((each, index) => (
        <p key={index} class="soft">
          <Jump seq={each.seq}>{t("packetRedacted", { kind: label("redaction", each.kind), count: each.count })}</Jump>
        </p>
      ))}
    </Part>
  );
}

/** What an operation was prepared with, as far as it may be shown, and under which id it is found elsewhere. */
export function OperationMore({ operation }: { operation: Packet["operations"][number] }) {
  const given = Object.entries(operation.arguments ?? {}).map(([name, value]): Row => [spaced(name), value]);
  return (
    <details>
      <summary>{t("operationMore")}</summary>
      <Pairs rows={[[t("operationId"), operation.operation_id], [t("operationKind"), spaced(operation.kind)], ...given]} />
    </details>
  );
}

function told({ position_told, wait_told, off_hours }: Packet["routing"]): string {
  return [
    position_told != null && t("toldPlace", { place: position_told }),
    wait_told != null && t("toldWait", { count: Math.max(1, Math.round(wait_told / 60)) }),
    off_hours && t("toldOpens", { time: clock(off_hours) }),
  ]
    .filter(Boolean)
    .join(" · ");
}
