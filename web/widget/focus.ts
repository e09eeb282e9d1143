/** Where the focus is, for whoever uses the keyboard or hears the page. */

/**
 * Keeps the focus in the panel. What had it may go away (a button that was pressed, a form that was sent); the focus
 * would fall out of the panel then, so it goes `home`. Returns what ends it.
 */
export function keepFocus(panel: HTMLElement, home: () => HTMLElement | null): () => void {
  const root = panel.getRootNode() as ShadowRoot;
  let had: Element | null = null;
  const enter = (event: Event) => (had = event.target as Element);
  // Left by Tab or by a press elsewhere: still there, so it was meant.
  const leave = () => queueMicrotask(() => had?.isConnected && (had = null));
  const gone = new MutationObserver(() => {
    if (!had || had.isConnected) return;
    had = null;
    if (!root.activeElement) home()?.focus();
  });
  panel.addEventListener("focusin", enter);
  panel.addEventListener("focusout", leave);
  gone.observe(panel, { childList: true, subtree: true });
  return () => gone.disconnect();
}

/** On a small screen the panel covers the page: Tab goes round inside it. */
export function keepInside(event: KeyboardEvent, panel: HTMLElement): void {
  const all = panel.querySelectorAll<HTMLElement>("button:not([disabled]), textarea, input:not([hidden]), select, a[href], [tabindex='0']");
  const stops = [...all].filter((stop) => stop.offsetParent !== null);
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
