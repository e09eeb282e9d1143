import { useEffect, useRef } from "preact/hooks";
import type { Reask } from "../assist";
import type { DeskState, View } from "../state";
import { label, t } from "../words";
import { Jump } from "./PacketSection";

/** Who else looks at this conversation, and who writes in it. */
export function AlsoHere({ state, view }: { state: DeskState; view: View }) {
  const { signedIn, viewers } = state;
  const here = viewers[view.detail?.conversation_id ?? ""] ?? [];
  const others = here.filter((each) => signedIn.status === "in" && each.agent_id !== signedIn.session.id);
  const writing = others.find((each) => each.typing);
  return (
    <p class={writing ? "also-here is-hot" : "also-here"} role="status">
      {writing
        ? t("alsoTypes", { name: writing.name })
        : others.length > 0 && t("alsoHere", { count: others.length, names: others.map((each) => each.name).join(", ") })}
    </p>
  );
}

/** The log's first event holds the form before the chat; 0: it is on record. */
function saidWhere(seq: number): "reaskKnown" | "reaskForm" | "reaskSaid" {
  return seq === 0 ? "reaskKnown" : seq === 1 ? "reaskForm" : "reaskSaid";
}

/** Before a question goes out that the customer has answered already. */
export function ReaskWarning({ reasks, onSend, onChange }: { reasks: readonly Reask[]; onSend: () => void; onChange: () => void }) {
  const change = useRef<HTMLButtonElement>(null);
  useEffect(() => change.current?.focus(), []);
  return (
    <div class="reask" role="alertdialog" aria-labelledby="reask-title" aria-describedby="reask-what" onKeyDown={(event) => event.key === "Escape" && onChange()}>
      <strong id="reask-title">{t("reaskTitle")}</strong>
      <ul id="reask-what">
        {reasks.map((each) => {
          const values = { subject: label("reask", each.subject), seq: each.seq, value: each.value };
          return (
            <li key={each.subject}>
              <Jump seq={each.seq || null}>{t(saidWhere(each.seq), values)}</Jump>
            </li>
          );
        })}
      </ul>
      <p>
        <button ref={change} type="button" class="button" onClick={onChange}>
          {t("reaskChange")}
        </button>{" "}
        <button type="button" class="button" onClick={onSend}>
          {t("reaskSend")}
        </button>
      </p>
    </div>
  );
}
