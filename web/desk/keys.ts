/** The keyboard of the desk. Single keys act only where nobody is typing; Ctrl-K opens all commands from anywhere. */
import { COMMANDS, type Places, ready } from "./commands";
import type { Desk } from "./controller";

export type { Places };

/** `list`: whether the conversations are on the screen, which most of the keys are about. */
export function listenForKeys(desk: Desk, places: Places, list: boolean): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const state = desk.store.get();
    if (state.signedIn.status !== "in") return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      if (target.closest("[data-typing]")) return;
      event.preventDefault();
      if (!state.dialog) desk.ask("palette");
      return;
    }
    // AltGr counts as Ctrl and Alt on some systems, and is how many keyboards write “[” and “]”.
    const modified = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
    if (modified || target.closest("dialog, [data-typing]")) return;
    if (target.matches("input, textarea, select")) {
      if (event.key === "Escape" && !event.defaultPrevented) target.blur();
      return;
    }
    const command = ready(COMMANDS, state, list).find((each) => each.key === event.key);
    if (!command) return;
    event.preventDefault();
    command.run(desk, places);
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
