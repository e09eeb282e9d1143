/** The widget itself, inside the shadow root of its element: what the element fetches when it is put into a page. */
import { h, render } from "preact";
import { App } from "./App";
import { customerCalls } from "./calls";
import { Controller } from "./controller";
import type { FrontdeskWidget, Mounted, WidgetEvent } from "./element";
import { dress } from "./sheets";
import { unread, type WidgetState } from "./state";
import { place } from "./place";
import { Memory } from "./storage";
import { wordsFor } from "./words";

export async function mount(host: FrontdeskWidget, origin: string, byPerson: boolean): Promise<Mounted> {
  const { words, locale } = await wordsFor(host.getAttribute("locale"));
  const server = new URL(host.getAttribute("server") ?? origin, location.href).origin;
  const tell = (event: WidgetEvent, detail: object = {}) =>
    host.dispatchEvent(new CustomEvent(`frontdesk-${event}`, { bubbles: true, composed: true, detail }));
  const controller = new Controller({
    calls: customerCalls(server),
    memory: new Memory(server),
    words,
    locale,
    place,
    onIdentityNeeded: () => tell("identity-needed"),
  });
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  dress(root);
  const unwatch = watch(controller, host, tell);
  controller.start(host.getAttribute("identity-token"));
  if (host.hasAttribute("open")) controller.setOpen(true, byPerson);
  if (!navigator.onLine) controller.networkChanged(false);
  const online = () => controller.networkChanged(true);
  const offline = () => controller.networkChanged(false);
  addEventListener("online", online);
  addEventListener("offline", offline);
  const starters = (host.getAttribute("starters") ?? "").split("|").map((text) => text.trim()).filter(Boolean);
  render(h(App, { controller, words, locale, server, name: host.getAttribute("name") ?? words("title"), starters }), root);
  tell("ready");
  return {
    setOpen(open, person) {
      if (controller.store.get().open !== open) controller.setOpen(open, person);
    },
    identify: (token) => controller.identify(token),
    logout: () => controller.startOver(),
    unmount() {
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      unwatch();
      controller.end();
      render(null, root);
    },
  };
}

/** The `open` attribute and the events follow what happens. The words of a conversation stay inside. */
function watch(controller: Controller, host: HTMLElement, tell: (event: WidgetEvent, detail?: object) => void): () => void {
  let before: WidgetState = controller.store.get();
  let told = before.conversation.owner.kind;
  return controller.store.subscribe(() => {
    const now = controller.store.get();
    const past = before;
    before = now;
    if (now.open !== past.open) {
      host.toggleAttribute("open", now.open);
      tell(now.open ? "open" : "close");
    }
    if (unread(now) !== unread(past)) tell("unread", { count: unread(now) });
    if (!now.caughtUp) return;
    const { facts, owner } = now.conversation;
    for (const { type, source, seq } of facts.slice(past.conversation.facts.length))
      if (type === "message.sent") tell("message", { from: source, seq });
    // It may have changed hands before all was caught up: compared with what was told, not with what was there.
    if (owner.kind === told) return;
    told = owner.kind;
    tell("conversation", { with: owner.kind, ...(owner.kind === "agent" && { name: owner.name }) });
  });
}
