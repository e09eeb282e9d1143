/** A notification outside the page, while the desk is not on the screen and the browser allows it. */
export function notify(text: string, open: () => void): void {
  if (!("Notification" in window) || Notification.permission !== "granted" || !document.hidden) return;
  const shown = new Notification("Frontdesk", { body: text, tag: text });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}
