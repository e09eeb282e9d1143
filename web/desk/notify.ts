/** Whether nobody looks at the page now: another tab, or another window. */
export function unseen(): boolean {
  return document.hidden || !document.hasFocus();
}

/** A notification outside the page, while nobody looks at the desk and the browser allows it. */
export function notify(text: string, open: () => void): void {
  if (!("Notification" in window) || Notification.permission !== "granted" || !unseen()) return;
  const shown = new Notification("Frontdesk", { body: text, tag: text });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}
