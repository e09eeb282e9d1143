import { useLayoutEffect, useRef } from "preact/hooks";
import type { AppProps } from "./App";
import { Composer } from "./Composer";
import { CloseIcon, PersonIcon } from "./icons";
import { Messages } from "./Messages";
import type { WidgetState } from "./state";
import { ownerLine } from "./timeline";

interface Props extends AppProps {
  state: WidgetState;
}

const FULL_SCREEN = "(max-width: 480px)";

export function Panel({ controller, words, server, name, starters, state }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const full = matchMedia(FULL_SCREEN).matches;

  useLayoutEffect(() => {
    // An `open` attribute in the page's HTML must not take the focus from the page; a press on a button may.
    if (controller.openedByPerson) field.current?.focus();
  }, [controller]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      controller.setOpen(false);
    } else if (event.key === "Tab" && full && panel.current) {
      keepInside(event, panel.current);
    }
  };

  const { owner } = state.conversation;
  return (
    <div ref={panel} class="panel" role="dialog" aria-modal={full} aria-labelledby="title" aria-describedby="owner" onKeyDown={onKeyDown}>
      <div class="head">
        <span class={`face face-${owner.kind}`} aria-hidden="true">
          {owner.kind === "agent" ? initials(owner.name) : owner.kind === "queue" ? <PersonIcon /> : initials(name)}
        </span>
        <div class="head-text">
          <h2 id="title">{name}</h2>
          <p id="owner" class="owner">
            {ownerLine(state.conversation, state.started, words)}
          </p>
        </div>
        <button type="button" class="icon-button" aria-label={words("close")} onClick={() => controller.setOpen(false)}>
          <CloseIcon />
        </button>
      </div>
      {state.connection === "offline" && (
        <p class="banner" role="status">
          {words("offline")}
        </p>
      )}
      <Messages controller={controller} words={words} server={server} house={name} starters={starters} state={state} refocus={() => field.current?.focus()} />
      {state.notice && <p class="notice">{state.notice}</p>}
      <div class="foot">
        <Composer field={field} controller={controller} words={words} />
        <button type="button" class="person" aria-disabled={state.personAsked} onClick={() => state.personAsked || controller.talkToPerson()}>
          <PersonIcon />
          {words("person")}
        </button>
      </div>
    </div>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return words.slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join("");
}

/** On a small screen the panel covers the page: Tab goes round inside it. */
function keepInside(event: KeyboardEvent, panel: HTMLElement): void {
  const stops = [...panel.querySelectorAll<HTMLElement>("button:not([disabled]), textarea, a[href], [tabindex='0']")];
  const first = stops[0];
  const last = stops[stops.length - 1];
  const active = (panel.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey && active === first) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && active === last) {
    event.preventDefault();
    first?.focus();
  }
}
