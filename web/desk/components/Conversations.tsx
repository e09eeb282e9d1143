import { useEffect, useState } from "preact/hooks";
import type { Desk } from "../controller";
import type { DeskState } from "../state";
import { t } from "../words";
import { ConversationView } from "./ConversationView";
import { Inbox } from "./Inbox";
import type { PagePlaces } from "./places";
import { SidePanel } from "./SidePanel";
import { Tabs } from "./Tabs";

interface Props {
  desk: Desk;
  state: DeskState;
  places: PagePlaces;
}

const ROOM_FOR_BOTH = "(min-width: 1180px)";

export function Conversations({ desk, state, places }: Props) {
  // Beside the conversation where there is room for both; over it, when asked for, where there is not.
  const [packetOpen, setPacketOpen] = useState(() => matchMedia(ROOM_FOR_BOTH).matches);
  useEffect(() => {
    const room = matchMedia(ROOM_FOR_BOTH);
    const follow = () => setPacketOpen(room.matches);
    room.addEventListener("change", follow);
    return () => room.removeEventListener("change", follow);
  }, []);
  const view = state.selected ? state.views[state.selected] : undefined;
  // A key that asks for a panel also opens it.
  useEffect(() => {
    if (state.panel !== "packet") setPacketOpen(true);
  }, [state.panel]);
  const classes = ["page", view && "has-view", view?.detail && packetOpen && "has-packet"].filter(Boolean).join(" ");
  return (
    <div class={classes}>
      <Inbox desk={desk} state={state} search={places.search} />
      <div class="middle">
        <Tabs desk={desk} state={state} />
        {view ? (
        <ConversationView key={view.id} desk={desk} state={state} view={view} places={places} packetOpen={packetOpen} onTogglePacket={() => setPacketOpen(!packetOpen)} />
      ) : (
        <main class="empty">
          <h1>{t("pick")}</h1>
          <p class="soft">{t("pickMore")}</p>
        </main>
      )}
      </div>
      {view?.detail && packetOpen && (
        <SidePanel
          desk={desk}
          state={state}
          view={view}
          onClose={() => setPacketOpen(false)}
          onJump={() => setPacketOpen(matchMedia(ROOM_FOR_BOTH).matches)}
        />
      )}
    </div>
  );
}
