import type { Desk } from "../controller";
import { audits, type DeskState, isMine, PANELS, type View } from "../state";
import { label, t } from "../words";
import { CustomerPanel } from "./CustomerPanel";
import { CloseIcon } from "./icons";
import { PacketPanel } from "./PacketPanel";
import { SuggestionsPanel } from "./SuggestionsPanel";
import { TrailPanel } from "./TrailPanel";

interface Props {
  desk: Desk;
  state: DeskState;
  view: View;
  onClose: () => void;
  /** A statement's message was gone to: where the panel covers it, the panel must give way. */
  onJump: () => void;
}

/** Beside the conversation: what travelled with it, who the customer is, what could help, what was done. */
export function SidePanel({ desk, state, view, onClose, onJump }: Props) {
  const { panel, signedIn } = state;
  const { detail } = view;
  if (!detail || signedIn.status !== "in") return null;
  return (
    <aside class="packet" aria-label={label("panel", panel)} onClick={(event) => (event.target as Element).closest(".jump") && onJump()}>
      <header class="packet-head">
        <div class="panels" role="group" aria-label={t("panels")}>
          {PANELS.map((each, index) => (
            <button key={each} type="button" aria-pressed={each === panel} aria-keyshortcuts={String(index + 1)} onClick={() => desk.show(each)}>
              {label("panel", each)}
            </button>
          ))}
        </div>
        <button type="button" class="tool" aria-label={t("hidePacket")} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {panel === "packet" && <PacketPanel key={view.id} desk={desk} detail={detail} owed={state.owed} />}
      {panel === "customer" && <CustomerPanel key={view.id} desk={desk} view={view} />}
      {panel === "suggestions" && <SuggestionsPanel key={view.id} desk={desk} view={view} session={signedIn.session} mine={isMine(state, view)} />}
      {panel === "trail" && <TrailPanel key={view.id} desk={desk} view={view} state={state} audits={audits(signedIn.session)} />}
    </aside>
  );
}
