/**
 * <frontdesk-widget>: the custom element that a host page includes.
 *
 * Attributes: server (origin of Frontdesk, default: where the script came from), identity-token, open, locale,
 * theme (light | dark, default: the visitor's), name (heading), starters (first questions, separated by "|").
 * Methods: open(), close(), identify(token | null). Events: frontdesk-open, frontdesk-close, and
 * frontdesk-identity-needed when a fresh identity token is wanted.
 */
import { h, render } from "preact";
import tokens from "../shared/tokens.css?inline";
import { App } from "./App";
import { customerCalls } from "./calls";
import { Controller } from "./controller";
import { Memory } from "./storage";
import styles from "./styles.css?inline";
import { wordsFor } from "./words";

/** Where this script came from. Known only while it runs for the first time. */
const scriptOrigin = (() => {
  const script = document.currentScript;
  return script instanceof HTMLScriptElement && script.src ? new URL(script.src).origin : location.origin;
})();

export class FrontdeskWidget extends HTMLElement {
  static readonly observedAttributes = ["identity-token", "open"];

  private controller: Controller | null = null;
  private root: ShadowRoot | null = null;
  private unwatch: (() => void) | null = null;
  private readonly online = () => this.controller?.networkChanged(true);
  private readonly offline = () => this.controller?.networkChanged(false);

  connectedCallback(): void {
    if (this.controller) return;
    const server = new URL(this.getAttribute("server") ?? scriptOrigin, location.href).origin;
    const { words, locale } = wordsFor(this.getAttribute("locale"));
    const controller = new Controller({
      calls: customerCalls(server),
      memory: new Memory(server),
      words,
      locale,
      pageUrl: () => `${location.origin}${location.pathname}`,
      onIdentityNeeded: () => this.tell("frontdesk-identity-needed"),
    });
    this.controller = controller;
    this.root ??= this.attachShadow({ mode: "open" });
    dress(this.root);
    this.watch(controller);
    controller.start(this.getAttribute("identity-token"));
    if (this.hasAttribute("open")) controller.setOpen(true);
    if (!navigator.onLine) controller.networkChanged(false);
    addEventListener("online", this.online);
    addEventListener("offline", this.offline);
    const starters = (this.getAttribute("starters") ?? "").split("|").map((text) => text.trim()).filter(Boolean);
    render(h(App, { controller, words, server, name: this.getAttribute("name") ?? words("title"), starters }), this.root);
  }

  disconnectedCallback(): void {
    removeEventListener("online", this.online);
    removeEventListener("offline", this.offline);
    this.unwatch?.();
    this.controller?.stop();
    this.controller = null;
    if (this.root) render(null, this.root);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.controller || before === after) return;
    if (name === "identity-token") this.controller.identify(after);
    else if (this.controller.store.get().open !== (after !== null)) this.controller.setOpen(after !== null);
  }

  open(): void {
    this.controller?.setOpen(true, true);
  }

  close(): void {
    this.controller?.setOpen(false);
  }

  /** The customer as the host site proves it; null when the customer has signed out. */
  identify(token: string | null): void {
    if (token === null) this.removeAttribute("identity-token");
    else this.setAttribute("identity-token", token);
  }

  /** The `open` attribute and the events follow what the customer does. */
  private watch(controller: Controller): void {
    let open = controller.store.get().open;
    this.unwatch = controller.store.subscribe(() => {
      const now = controller.store.get().open;
      if (now === open) return;
      open = now;
      this.toggleAttribute("open", open);
      this.tell(open ? "frontdesk-open" : "frontdesk-close");
    });
  }

  private tell(event: string): void {
    this.dispatchEvent(new CustomEvent(event, { bubbles: true, composed: true }));
  }
}

/** A constructed sheet works where a host page's content policy forbids inline styles. */
function dress(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokens + styles);
  root.adoptedStyleSheets = [sheet];
}
