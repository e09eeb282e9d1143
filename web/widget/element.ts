/**
 * <frontdesk-widget>: the custom element that a host page includes. This file is the whole first script: it takes what
 * the page says, and fetches the rest from where it came from itself.
 *
 * Attributes: server (origin of Frontdesk, default: where the script came from), identity-token, open, locale,
 * theme (light | dark, default: the visitor's), name (heading), starters (first questions, separated by "|").
 * Methods: open(), close(), identify(token | null), logout(), on(event, handler). See web/README.md.
 */
export type WidgetEvent = "ready" | "open" | "close" | "identity-needed" | "unread" | "message" | "conversation";

/** What the element has in hand once it is in a page. */
export interface Mounted {
  setOpen(open: boolean, byPerson: boolean): void;
  identify(token: string | null): void;
  logout(): void;
  unmount(): void;
}

export class FrontdeskWidget extends HTMLElement {
  static readonly observedAttributes = ["identity-token", "open"];
  /** The rest of the widget; set by whoever defines the element. */
  static load: () => Promise<{ mount: (host: FrontdeskWidget, origin: string, byPerson: boolean) => Promise<Mounted> }>;
  /** Where this script came from. */
  static origin = "";

  private mounted: Mounted | null = null;
  private visit = 0;
  private byPerson = false;

  connectedCallback(): void {
    void this.mount((this.visit += 1));
  }

  disconnectedCallback(): void {
    this.visit += 1;
    this.mounted?.unmount();
    this.mounted = null;
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (name === "identity-token") this.mounted?.identify(after);
    else this.mounted?.setOpen(after !== null, false);
  }

  open(): void {
    this.byPerson = true;
    if (this.mounted) this.mounted.setOpen(true, true);
    else this.setAttribute("open", "");
  }

  close(): void {
    this.removeAttribute("open");
  }

  /** The customer as the host site proves it; null when the customer has signed out. */
  identify(token: string | null): void {
    if (token === null) this.removeAttribute("identity-token");
    else this.setAttribute("identity-token", token);
  }

  /** Forgets the customer and the conversation on this device, and drops the connection. */
  logout(): void {
    this.removeAttribute("identity-token");
    this.mounted?.logout();
  }

  /** Calls `handler` with the event's detail; the answer ends that. */
  on(event: WidgetEvent, handler: (detail: unknown) => void): () => void {
    const listener = (happened: Event) => handler((happened as CustomEvent).detail);
    this.addEventListener(`frontdesk-${event}`, listener);
    return () => this.removeEventListener(`frontdesk-${event}`, listener);
  }

  private async mount(visit: number): Promise<void> {
    const { mount } = await FrontdeskWidget.load();
    if (visit !== this.visit) return;
    const mounted = await mount(this, FrontdeskWidget.origin, this.byPerson);
    if (visit === this.visit) this.mounted = mounted;
    else mounted.unmount();
  }
}
