/** The keyboard of the desk. Single letters act only where nobody is typing. */
import type { Desk } from "./controller";

export interface Places {
  reply(): HTMLElement | null;
  note(): void;
  search(): HTMLElement | null;
}

/** `list`: whether the conversations are on the screen, which most of the letters are about. */
export function listenForKeys(desk: Desk, places: Places, list: boolean): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("dialog")) return;
    if (target.closest("[data-typing]")) return;
    if (target.matches("input, textarea, select")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    const { selected } = desk.store.get();
    const anywhere: Record<string, () => void> = {
      "/": () => places.search()?.focus(),
      "?": () => desk.showHelp(true),
    };
    const act: Record<string, () => void> = {
      ...anywhere,
      j: () => desk.move(1),
      k: () => desk.move(-1),
      a: () => selected && desk.views.get(selected)?.detail?.state === "queued" && void desk.views.accept(selected),
      r: () => places.reply()?.focus(),
      n: () => places.note(),
    };
    const run = (list ? act : anywhere)[event.key];
    if (!run || desk.store.get().signedIn.status !== "in") return;
    event.preventDefault();
    run();
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
