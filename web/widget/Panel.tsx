import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Composer } from "./Composer";
import type { Controller } from "./controller";
import { keepFocus, keepInside } from "./focus";
import { Head } from "./Head";
import { PersonIcon } from "./icons";
import { later } from "./Lazy";
import { Messages } from "./Messages";
import { asksFirst, type WidgetState } from "./state";
import type { Words } from "./words";

export interface AppProps {
  controller: Controller;
  words: Words;
  locale: string;
  /** Origin of the server: bare paths in links are taken on it. */
  server: string;
  name: string;
  starters: string[];
}

interface Props extends AppProps {
  state: WidgetState;
}

const FULL_SCREEN = "(max-width: 480px)";
const PreChat = later(() => import("./parts/PreChat"));
const Past = later(() => import("./parts/Past"));
const LeaveMessage = later(() => import("./parts/LeaveMessage"));
const Search = later(() => import("./parts/Search"));
const Over = later(() => import("./parts/Over"));

export function Panel({ controller, words, locale, server, name, starters, state }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [dropping, setDropping] = useState(false);
  const full = matchMedia(FULL_SCREEN).matches;
  const refocus = () => field.current?.focus();

  useLayoutEffect(() => {
    // An `open` attribute in the page's HTML must not take the focus from the page; a press on a button may.
    if (controller.openedByPerson) field.current?.focus();
  }, [controller]);
  useLayoutEffect(() => panel.current ? keepFocus(panel.current, () => field.current ?? panel.current?.querySelector("button") ?? null) : undefined, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (state.view === "chat") controller.setOpen(false);
      else back();
    } else if (event.key === "Tab" && full && panel.current) {
      keepInside(event, panel.current);
    }
  };
  const back = () => {
    controller.show("chat");
    requestAnimationFrame(refocus);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    controller.uploads.add([...(event.dataTransfer?.files ?? [])]);
    refocus();
  };

  const form = asksFirst(state) && state.config;
  return (
    <div
      ref={panel}
      class="panel"
      role="dialog"
      aria-modal={full}
      aria-labelledby="title"
      aria-describedby="owner"
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files") || form || state.view !== "chat") return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (!panel.current?.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={onDrop}
    >
      <Head controller={controller} words={words} locale={locale} server={server} name={name} state={state} back={back} />
      {state.connection === "offline" && (
        <p class="banner" role="status">
          {words("offline")}
        </p>
      )}
      {state.view === "past" && <Middle><Past controller={controller} words={words} locale={locale} /></Middle>}
      {state.view === "search" && <Middle><Search controller={controller} words={words} server={server} /></Middle>}
      {state.view === "leave" && <Middle><LeaveMessage controller={controller} words={words} state={state} done={back} /></Middle>}
      {state.view === "over" && <Middle><Over controller={controller} words={words} owner={state.conversation.owner} back={back} /></Middle>}
      {state.view === "chat" && form && (
        <Middle><PreChat controller={controller} words={words} config={form} done={() => requestAnimationFrame(refocus)} /></Middle>
      )}
      {state.view === "chat" && !form && (
        <Messages controller={controller} words={words} locale={locale} server={server} house={name} starters={starters} state={state} refocus={refocus} />
      )}
      {state.view === "chat" && state.notice && <p class="notice">{state.notice}</p>}
      <div class={state.view === "leave" ? "foot is-empty" : "foot"}>
        {state.view === "chat" && !form && <Composer field={field} controller={controller} words={words} uploads={state.uploads} accept={state.config?.attachments.media_types} />}
        {state.view !== "leave" && (
          <button
            type="button"
            class="person"
            aria-disabled={state.personAsked}
            onClick={() => {
              controller.show("chat");
              if (!state.personAsked) controller.talkToPerson();
            }}
          >
            <PersonIcon />
            {words("person")}
          </button>
        )}
      </div>
      {dropping && <p class="drop">{words("attachDrop")}</p>}
    </div>
  );
}

function Middle({ children }: { children: ComponentChildren }) {
  return (
    <div class="middle">
      <div class="messages">{children}</div>
    </div>
  );
}
