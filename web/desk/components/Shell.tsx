import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../../shared/types";
import type { Desk } from "../controller";
import type { Places } from "../commands";
import { listenForKeys } from "../keys";
import { leave } from "../leave";
import { administers, answers, type DeskState, edits, reviews } from "../state";
import { switchTheme } from "../theme";
import { t } from "../words";
import { CannedDialog } from "./CannedDialog";
import { Conversations } from "./Conversations";
import { Help } from "./Help";
import { Later } from "./Later";
import { Brand, HelpIcon, LeaveIcon, SoundIcon, ThemeIcon } from "./icons";
import { Offers } from "./Offers";
import { Palette } from "./Palette";
import { PasswordDialog } from "./PasswordDialog";
import type { ReplyMode } from "./places";
import { Settings } from "./Settings";
import { SignOutDialog } from "./SignOutDialog";
import { Toasts } from "./Toasts";

interface Props {
  desk: Desk;
  state: DeskState;
  session: Session;
}

const Knowledge = Later(() => import("../knowledge/Knowledge").then((part) => part.Knowledge));

const Insights = Later(() => import("../insights/Insights").then((part) => part.Insights));
const Quality = Later(() => import("../quality/Quality").then((part) => part.Quality));
const Team = Later(() => import("../team/Team").then((part) => part.Team));

/** The parts of the desk. A new part is a line here; a part that does not exist is not shown. */
const SECTIONS = [
  { id: "conversations", label: t("conversations"), page: Conversations, open: answers },
  { id: "knowledge", label: t("knowledge"), page: Knowledge, open: edits },
  { id: "quality", label: t("quality"), page: Quality, open: (session: Session) => reviews(session) || answers(session) },
  { id: "insights", label: t("insights"), page: Insights, open: reviews },
  { id: "team", label: t("team"), page: Team, open: administers },
] as const;

export function Shell({ desk, state, session }: Props) {
  const search = useRef<HTMLInputElement>(null);
  const reply = useRef<HTMLTextAreaElement>(null);
  const [mode, setMode] = useState<ReplyMode>("reply");
  const sections = SECTIONS.filter((each) => each.open(session));
  const section = sections.find((each) => each.id === state.section) ?? sections[0];
  const list = section?.id === "conversations";

  const go = (id: string) => {
    location.hash = `#/${id}`;
  };
  const reached: Places = {
    search: () => search.current,
    reply: () => {
      setMode("reply");
      return reply.current;
    },
    note: () => {
      setMode("note");
      reply.current?.focus();
    },
    section: go,
  };
  const ways = sections.map(({ id, label }) => ({ id: `go-${id}`, title: t("cmd_go", { section: label }), key: null, anywhere: true, run: () => go(id) }));

  useEffect(() => listenForKeys(desk, reached, list), [desk, list]);

  return (
    <div class="shell">
      <header class="bar">
        <Brand />
        <nav aria-label={t("product")} class={sections.length > 1 ? "is-many" : undefined}>
          {sections.map(({ id, label }) => (
            <a key={id} href={`#/${id}`} aria-current={id === section?.id ? "page" : undefined} onClick={() => id === "conversations" && desk.select(null)}>
              {label}
              {id === "conversations" && !!state.queue?.counts.waiting && <span class="count">{state.queue.counts.waiting}</span>}
            </a>
          ))}
        </nav>
        <div class="bar-tools">
          {answers(session) && <AgentTools desk={desk} state={state} />}
          <button type="button" class="tool" aria-label={t("theme")} title={t("theme")} onClick={switchTheme}>
            <ThemeIcon />
          </button>
          <button type="button" class="tool" aria-label={t("help")} title={t("help")} onClick={() => desk.ask("help")}>
            <HelpIcon />
          </button>
          <span class="me" title={`${session.email} · ${session.roles.join(", ")}`}>
            {session.name}
          </span>
          <button type="button" class="tool" aria-label={t("signOut")} title={t("signOut")} onClick={() => leave(desk)}>
            <LeaveIcon />
          </button>
        </div>
      </header>
      {!state.connected && (
        <p class="banner" role="status">
          {t(navigator.onLine === false ? "offline" : "reconnecting")}
        </p>
      )}
      <Offers desk={desk} state={state} />
      {section ? (
        <section.page desk={desk} state={state} places={{ search, reply, mode, setMode }} />
      ) : (
        <main class="empty">
          <h1>{t("noSection")}</h1>
          <p class="soft">{t("noSectionMore", { roles: session.roles.join(", ") })}</p>
        </main>
      )}
      <Toasts desk={desk} toasts={state.toasts} />
      {state.dialog === "help" && <Help list={list} onClose={() => desk.asked("help")} />}
      {state.dialog === "palette" && <Palette desk={desk} state={state} places={reached} list={list} sections={ways} />}
      {state.dialog === "settings" && <Settings desk={desk} state={state} />}
      {state.dialog === "password" && <PasswordDialog desk={desk} email={session.email} />}
      {state.dialog === "signOut" && <SignOutDialog desk={desk} state={state} />}
      {state.dialog === "canned" && <CannedDialog desk={desk} state={state} />}
    </div>
  );
}

/** What only those need who take conversations. */
function AgentTools({ desk, state }: Omit<Props, "session">) {
  const online = state.presence === "online";
  const sound = t(state.sound ? "soundOn" : "soundOff");
  return (
    <>
      <button
        type="button"
        class={online ? "presence is-online" : "presence"}
        aria-label={`${t("presence")}: ${t(online ? "online" : "away")}`}
        title={t(online ? "presenceOnlineHint" : "presenceAwayHint")}
        onClick={() => void desk.setPresence(online ? "away" : "online")}
      >
        <span class="lamp" aria-hidden="true" />
        {t(online ? "online" : state.idle ? "awayIdle" : "away")}
      </button>
      <button type="button" class="tool" aria-pressed={state.sound} aria-label={sound} title={sound} onClick={() => desk.setSound(!state.sound)}>
        <SoundIcon on={state.sound} />
      </button>
    </>
  );
}
