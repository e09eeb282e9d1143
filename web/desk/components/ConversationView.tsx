import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { agentName } from "../../shared/reduce";
import type { Desk } from "../controller";
import { type DeskState, isMine, type View } from "../state";
import { label, t } from "../words";
import type { PagePlaces } from "./Conversations";
import { CloseDialog, HandBackDialog, TransferDialog } from "./Dialogs";
import { BackIcon, PanelIcon } from "./icons";
import { ReplyBox } from "./ReplyBox";
import { Story } from "./Story";

interface Props {
  desk: Desk;
  state: DeskState;
  view: View;
  places: PagePlaces;
  packetOpen: boolean;
  onTogglePacket: () => void;
}

type Dialog = "transfer" | "return" | "close" | null;

export function ConversationView({ desk, state, view, places, packetOpen, onTogglePacket }: Props) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const { detail, conversation } = view;
  const mine = isMine(state, view);
  const queued = detail?.state === "queued";
  const name = detail?.packet?.customer?.name ?? t("customer");
  const typing = detail && state.typing[detail.conversation_id];

  useLayoutEffect(() => {
    const area = scroller.current;
    if (area && near.current) area.scrollTop = area.scrollHeight;
  }, [conversation.facts.length, conversation.echoes.length, view.status, mine, detail?.state, typing]);

  if (!detail)
    return (
      <main class="empty">
        <p class="soft" role="status">
          {view.status === "failed" ? `${t("viewFailed")} ${view.problem ?? ""}` : t("loading")}
        </p>
        {view.status === "failed" && (
          <button type="button" class="button" onClick={() => void desk.views.open(view.id)}>
            {t("again")}
          </button>
        )}
      </main>
    );

  const shut = () => setDialog(null);
  return (
    <main class="conversation" aria-label={t("story")}>
      <header class="conversation-head">
        <button type="button" class="tool only-narrow" aria-label={t("back")} onClick={() => desk.select(null)}>
          <BackIcon />
        </button>
        <div class="conversation-title">
          <h1>{detail.packet?.customer?.name ?? t("anonymous")}</h1>
          <p class="soft">{label("reason", detail.reason)}</p>
        </div>
        <div class="actions">
          {queued && (
            <button type="button" class="button is-main" disabled={view.busy === "accept"} aria-keyshortcuts="a" onClick={() => void desk.views.accept(view.id)}>
              {t(view.busy === "accept" ? "accepting" : "accept")}
            </button>
          )}
          {mine && detail.state === "accepted" && (
            <>
              <button type="button" class="button" onClick={() => setDialog("transfer")}>
                {t("transfer")}
              </button>
              <button type="button" class="button" onClick={() => setDialog("return")}>
                {t("handBack")}
              </button>
              <button type="button" class="button" onClick={() => setDialog("close")}>
                {t("close")}
              </button>
            </>
          )}
          <button type="button" class="tool" aria-pressed={packetOpen} aria-label={t(packetOpen ? "hidePacket" : "showPacket")} title={t(packetOpen ? "hidePacket" : "showPacket")} onClick={onTogglePacket}>
            <PanelIcon />
          </button>
        </div>
      </header>
      {view.problem && (
        <p class="banner is-problem" role="alert">
          {view.problem}
        </p>
      )}
      <div
        ref={scroller}
        class="story-scroll"
        tabIndex={0}
        role="region"
        aria-label={t("messages")}
        onScroll={(event) => {
          const area = event.currentTarget;
          near.current = area.scrollHeight - area.scrollTop - area.clientHeight < 80;
        }}
      >
        <Story conversation={conversation} customer={name} names={(author) => authorName(state, view, author)} onRetry={() => desk.views.retryReply(view.id)} />
        {typing && <p class="soft typing">{t("typing", { name })}</p>}
      </div>
      {mine && detail.state === "accepted" ? (
        <ReplyBox desk={desk} id={view.id} conversationId={detail.conversation_id} name={name} places={places} />
      ) : (
        <p class="closed-box">{whyNot(view, state)}</p>
      )}
      {dialog === "transfer" && <TransferDialog desk={desk} id={view.id} onDone={shut} />}
      {dialog === "return" && <HandBackDialog desk={desk} id={view.id} onDone={shut} />}
      {dialog === "close" && <CloseDialog desk={desk} id={view.id} onDone={shut} />}
    </main>
  );
}

/** Agents are named by the events of their acceptance; this agent is known from the session. */
function authorName(state: DeskState, view: View, author: string): string {
  const { signedIn } = state;
  const known = agentName(view.conversation, author);
  if (known) return known;
  if (signedIn.status === "in" && author.replace(/^agent:/, "") === signedIn.session.id) return signedIn.session.name;
  return author === "bot" ? t("assistant") : author;
}

/** Why there is no field to answer in. */
function whyNot(view: View, state: DeskState): string {
  switch (view.detail?.state) {
    case "closed":
      return t("closedAlready");
    case "returned":
      return t("returnedAlready");
    case "accepted": {
      const { owner } = view.conversation;
      const listed = state.queue?.waiting.find((item) => item.handoff_id === view.id);
      return t("withSomeone", { name: owner.kind === "agent" ? owner.name : (listed?.accepted_by ?? t("system")) });
    }
    default:
      return t("acceptFirst");
  }
}
