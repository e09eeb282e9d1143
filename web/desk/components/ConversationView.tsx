import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../controller";
import { makeScenario } from "../scenario";
import { type DeskState, isMine, listed, mayBecomeScenario, mayReopen, type View } from "../state";
import { label, t } from "../words";
import { authorName } from "./authors";
import { CloseDialog } from "./CloseDialog";
import type { PagePlaces } from "./places";
import { HandBackDialog, TransferDialog } from "./Dialogs";
import { nextLook } from "../mails";
import { BackIcon, PanelIcon } from "./icons";
import { PromiseDialog } from "./PromiseDialog";
import { ReplyBox } from "./ReplyBox";
import { Story } from "./Story";
import { TranslationBar } from "./Translation";

interface Props {
  desk: Desk;
  state: DeskState;
  view: View;
  places: PagePlaces;
  packetOpen: boolean;
  onTogglePacket: () => void;
}

export function ConversationView({ desk, state, view, places, packetOpen, onTogglePacket }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  /** The conversation that a question was asked about. */
  const begun = useRef<string | null>(null);
  const { detail, conversation } = view;
  const mine = isMine(state, view);
  const queued = detail?.state === "queued";
  const name = detail?.packet?.customer?.name ?? t("customer");
  const translation = state.translations[view.id];
  const typing = detail && state.typing[detail.conversation_id];

  useEffect(() => {
    const at = nextLook(detail?.mails ?? [], Date.now());
    if (at === null) return;
    const timer = setTimeout(() => void desk.views.refresh(view.id), at);
    return () => clearTimeout(timer);
  }, [detail]);

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

  const answering = mine && detail.state === "accepted";
  // Whoever loses the conversation while a question about it is open keeps what they wrote there.
  if (!state.dialog) begun.current = null;
  else if (answering) begun.current = view.id;
  const asked = begun.current === view.id ? state.dialog : null;
  const dialog = { desk, id: view.id, lost: answering ? null : whyNot(view, state), onDone: () => desk.asked(asked) };
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
          {mayReopen(state, view) && (
            <button type="button" class="button" disabled={view.busy === "reopen"} aria-keyshortcuts="o" onClick={() => void desk.reopen(view.id)}>
              {t("reopen")}
            </button>
          )}
          {answering && (
            <>
              <button type="button" class="button" aria-keyshortcuts="t" onClick={() => desk.ask("transfer")}>
                {t("transfer")}
              </button>
              <button type="button" class="button" aria-keyshortcuts="p" onClick={() => desk.ask("promise")}>
                {t("promise")}
              </button>
              <button type="button" class="button" aria-keyshortcuts="b" onClick={() => desk.ask("return")}>
                {t("handBack")}
              </button>
              <button type="button" class="button" aria-keyshortcuts="e" onClick={() => desk.ask("close")}>
                {t("close")}
              </button>
            </>
          )}
          {mayBecomeScenario(state) && (
            <button type="button" class="button" onClick={() => void makeScenario(desk)}>
              {t("makeScenario")}
            </button>
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
      <TranslationBar key={view.id} desk={desk} state={state} view={view} />
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
        <Story
          conversation={conversation}
          customer={name}
          names={(author) => authorName(state, view, author)}
          onRetry={() => desk.views.retryReply(view.id)}
          onTakeBack={(echoId) => takeBack(desk, view.id, echoId, answering ? "reply" : "note", places)}
          tried={detail.packet?.tried}
          translation={translation?.on ? { lines: translation.lines, into: detail.in_other_languages.into } : undefined}
          mailing={{ mails: detail.mails, busy: !!view.busy, again: (mailId) => void desk.views.mailAgain(view.id, mailId) }}
        />
        {typing && <p class="soft typing">{t("typing", { name })}</p>}
      </div>
      {!answering && <p class="closed-box">{whyNot(view, state)}</p>}
      <ReplyBox desk={desk} state={state} view={view} name={name} places={places} answers={answering} />
      {asked === "transfer" && <TransferDialog key={view.id} {...dialog} />}
      {asked === "return" && <HandBackDialog key={view.id} {...dialog} />}
      {asked === "promise" && <PromiseDialog key={view.id} {...dialog} />}
      {asked === "close" && <CloseDialog key={view.id} {...dialog} />}
    </main>
  );
}

/** A refused reply becomes a draft again, before whatever is written there now: a note where nobody can reply any more. */
function takeBack(desk: Desk, id: string, echoId: string, mode: "reply" | "note", { setMode, reply }: PagePlaces): void {
  const words = [desk.views.takeBack(id, echoId), desk.store.get().drafts[id]?.[mode]];
  desk.write(id, { [mode]: words.filter(Boolean).join("\n") });
  setMode(mode);
  reply.current?.focus();
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
      const item = listed(state, view.id);
      return t("withSomeone", { name: owner.kind === "agent" ? owner.name : (item?.accepted_by ?? t("system")) });
    }
    default:
      return t("acceptFirst");
  }
}
