/** Who the customer is talking with, and what else can be done here. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Controller } from "./controller";
import { BackIcon, CloseIcon, MoreIcon, PersonIcon } from "./icons";
import { Portrait } from "./Portrait";
import type { WidgetState } from "./state";
import { ownerLine } from "./timeline";
import type { Words } from "./words";

interface Props {
  controller: Controller;
  words: Words;
  locale: string;
  server: string;
  name: string;
  state: WidgetState;
  back: () => void;
}

export function Head(props: Props) {
  const { controller, words, locale, name, state, back } = props;
  const { owner } = state.conversation;
  const title = { chat: name, past: words("menuPast"), search: words("menuSearch"), leave: words("leaveOpen"), over: words("newConversation") }[state.view];
  return (
    <div class="head">
      {state.view === "chat" ? (
        <span class={`face face-${owner.kind}`} aria-hidden="true">
          {owner.kind === "agent" ? <Portrait server={props.server} id={owner.id} /> : owner.kind === "queue" ? <PersonIcon /> : initials(name)}
        </span>
      ) : (
        <button type="button" class="icon-button" aria-label={words("back")} onClick={back}>
          <BackIcon />
        </button>
      )}
      <div class="head-text">
        <h2 id="title">{title}</h2>
        <p id="owner" class={state.view === "chat" ? "owner" : "hidden"}>
          {ownerLine(state.conversation, state.started, words, locale, state.config)}
        </p>
      </div>
      {state.view === "chat" && <Menu {...props} />}
      <button type="button" class="icon-button" aria-label={words("close")} onClick={() => controller.setOpen(false)}>
        <CloseIcon />
      </button>
    </div>
  );
}

/** A list of buttons that opens and closes: Tab walks through it, Escape closes it. */
function Menu({ controller, words, locale, name, state }: Props) {
  const [open, setOpen] = useState(false);
  const [failed, setFailed] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const { owner } = state.conversation;
  const said = state.conversation.facts.some((fact) => fact.type === "message.sent");

  useLayoutEffect(() => {
    if (!open) return;
    menu.current?.querySelector<HTMLElement>(".menu button")?.focus();
    const root = menu.current?.getRootNode();
    const outside = (event: Event) => {
      if (!menu.current?.contains(event.target as Node)) setOpen(false);
    };
    root?.addEventListener("pointerdown", outside);
    return () => root?.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const save = async () => {
    close();
    try {
      const part = await import("./parts/transcript");
      const text = part.transcript(state.conversation, name, words, locale);
      part.save(new Blob([text], { type: "text/plain;charset=utf-8" }), `${new Date().toISOString().slice(0, 10)}.txt`);
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  const item = (label: string, act: () => void) => (
    <li>
      <button type="button" onClick={act}>
        {label}
      </button>
    </li>
  );
  return (
    <div
      ref={menu}
      class="menu-place"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
      onFocusOut={(event) => {
        if (open && event.relatedTarget && !menu.current?.contains(event.relatedTarget as Node)) setOpen(false);
      }}
    >
      <button ref={opener} type="button" class="icon-button" aria-label={words("menu")} aria-expanded={open} onClick={() => setOpen(!open)}>
        <MoreIcon />
      </button>
      {open && (
        <ul class="menu">
          {item(words("menuSearch"), () => controller.show("search"))}
          {(state.identified || state.left.length > 0) && item(words("menuPast"), () => controller.show("past"))}
          {owner.kind === "queue" && item(words("leaveOpen"), () => controller.show("leave"))}
          {said && item(words("menuSave"), () => void save())}
          {state.started &&
            item(words("newConversation"), () => {
              close();
              controller.begin(false);
            })}
        </ul>
      )}
      {failed && (
        <p class="menu menu-problem" role="alert">
          {words("partFailed")}
        </p>
      )}
    </div>
  );
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return words.slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join("");
}
