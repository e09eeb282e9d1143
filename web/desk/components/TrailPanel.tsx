import type { Fact } from "../../shared/types";
import type { Desk } from "../controller";
import type { DeskState, View } from "../state";
import { useLoaded } from "../useLoaded";
import { t } from "../words";
import { authorName } from "./authors";
import { Jump } from "./PacketSection";
import { told } from "./told";
import { When } from "./When";

interface Props {
  desk: Desk;
  view: View;
  state: DeskState;
  /** Whether this person may see who read what. */
  audits: boolean;
}

type Told = Exclude<Fact, { type: "message.sent" }>;

/** Who did what, and when: the log's facts without what was said, and for leads who read it. */
export function TrailPanel({ desk, view, state, audits }: Props) {
  const lines = view.conversation.facts.flatMap((fact) => {
    const text = fact.type === "message.sent" ? null : told(fact as Told, (author) => authorName(state, view, author));
    return text ? [{ seq: fact.seq, at: fact.occurred_at, text }] : [];
  });
  return (
    <div class="packet-body" role="group" aria-label={t("panel_trail")} tabIndex={0}>
      {lines.length === 0 && <p class="soft">{t("trailNone")}</p>}
      <ol class="trail">
        {lines.map((line) => (
          <li key={line.seq}>
            <When at={line.at} />
            <Jump seq={line.seq}>{line.text}</Jump>
          </li>
        ))}
      </ol>
      {audits && <Reads desk={desk} id={view.id} />}
    </div>
  );
}

const READS: Partial<Record<string, "trailConversation" | "trailHistory" | "trailTranscript">> = {
  conversation: "trailConversation",
  history: "trailHistory",
  transcript: "trailTranscript",
};

function Reads({ desk, id }: { desk: Desk; id: string }) {
  const { value } = useLoaded(() => desk.calls.reads(id), [id]);
  if (!value?.reads.length) return null;
  return (
    <section class="part">
      <h3>{t("trailReads")}</h3>
      <ol class="trail">
        {value.reads.map((read, index) => (
          <li key={index}>
            <When at={read.at} />
            <span>{t(READS[read.what] ?? "trailTranscript", { name: read.name ?? read.agent_id })}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
