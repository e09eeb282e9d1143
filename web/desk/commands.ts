/** Everything that the keyboard can do, in one list: the keys, the palette and the help are made from it. */
import type { Desk } from "./controller";
import { offersOf, VIEWS } from "./inbox";
import { leave } from "./leave";
import { makeScenario } from "./scenario";
import { type DeskState, isMine, mayBecomeScenario, mayReopen, PANELS } from "./state";
import { switchTheme } from "./theme";
import { translatable } from "./translation";
import { t } from "./words";

export interface Places {
  reply(): HTMLElement | null;
  note(): void;
  search(): HTMLElement | null;
  section(id: string): void;
}

export interface Command {
  id: string;
  title: string;
  /** A key where nobody is typing; null for the palette alone. */
  key: string | null;
  /** Also while the conversations are not on the screen. */
  anywhere?: boolean;
  /** Whether it can be done now. */
  ready?: (state: DeskState) => boolean;
  run: (desk: Desk, places: Places) => void;
}

const current = (state: DeskState) => (state.selected ? state.views[state.selected] : undefined);
const queued = (state: DeskState) => current(state)?.detail?.state === "queued";
/** The first that is offered; empty where nothing is. */
const offer = (state: DeskState) => offersOf(state.queue, Date.now())[0]?.handoff_id ?? "";
const offered = (state: DeskState) => !!offer(state);
const opened = (state: DeskState) => !!current(state)?.detail;
const reopenable = (state: DeskState) => {
  const view = current(state);
  return !!view && mayReopen(state, view);
};
const owned = (state: DeskState) => {
  const view = current(state);
  return !!view && isMine(state, view) && view.detail?.state === "accepted";
};

export const COMMANDS: readonly Command[] = [
  { id: "next", title: t("cmd_next"), key: "j", run: (desk) => desk.move(1) },
  { id: "previous", title: t("cmd_previous"), key: "k", run: (desk) => desk.move(-1) },
  { id: "accept", title: t("cmd_accept"), key: "a", ready: queued, run: (desk) => void desk.views.accept(desk.store.get().selected ?? "") },
  { id: "acceptOffer", title: t("cmd_acceptOffer"), key: "y", anywhere: true, ready: offered, run: (desk) => void desk.acceptOffer(offer(desk.store.get())) },
  { id: "declineOffer", title: t("cmd_declineOffer"), key: "d", anywhere: true, ready: offered, run: (desk) => void desk.declineOffer(offer(desk.store.get())) },
  { id: "reply", title: t("cmd_reply"), key: "r", ready: owned, run: (_, places) => places.reply()?.focus() },
  { id: "note", title: t("cmd_note"), key: "n", ready: opened, run: (_, places) => places.note() },
  { id: "transfer", title: t("cmd_transfer"), key: "t", ready: owned, run: (desk) => desk.ask("transfer") },
  { id: "promise", title: t("cmd_promise"), key: "p", ready: owned, run: (desk) => desk.ask("promise") },
  { id: "return", title: t("cmd_return"), key: "b", ready: owned, run: (desk) => desk.ask("return") },
  { id: "close", title: t("cmd_close"), key: "e", ready: owned, run: (desk) => desk.ask("close") },
  { id: "reopen", title: t("cmd_reopen"), key: "o", ready: reopenable, run: (desk) => void desk.reopen(desk.store.get().selected ?? "") },
  { id: "translate", title: t("cmd_translate"), key: "l", ready: translatable, run: (desk) => void desk.assist.translations.toggle(desk.store.get().selected ?? "") },
  { id: "scenario", title: t("cmd_scenario"), key: null, ready: mayBecomeScenario, run: (desk) => void makeScenario(desk) },
  { id: "nextTab", title: t("cmd_nextTab"), key: "]", ready: (state) => state.tabs.length > 0, run: (desk) => desk.turn(1) },
  { id: "previousTab", title: t("cmd_previousTab"), key: "[", ready: (state) => state.tabs.length > 0, run: (desk) => desk.turn(-1) },
  { id: "closeTab", title: t("cmd_closeTab"), key: "x", ready: (state) => !!state.selected, run: (desk) => desk.closeTab(desk.store.get().selected ?? "") },
  ...PANELS.map((panel, index): Command => ({ id: panel, title: t(`cmd_${panel}`), key: String(index + 1), ready: opened, run: (desk) => desk.show(panel) })),
  ...VIEWS.map((view): Command => ({ id: view, title: t(view === "closed" ? "cmd_closed" : `cmd_${view}`), key: null, run: (desk) => void desk.showInbox(view) })),
  { id: "search", title: t("cmd_search"), key: "/", anywhere: true, run: (_, places) => places.search()?.focus() },
  { id: "canned", title: t("cmd_canned"), key: "c", run: (desk) => desk.ask("canned") },
  { id: "presence", title: t("cmd_presence"), key: null, run: (desk) => void desk.setPresence(desk.store.get().presence === "online" ? "away" : "online") },
  { id: "settings", title: t("cmd_settings"), key: ",", anywhere: true, run: (desk) => desk.ask("settings") },
  { id: "password", title: t("cmd_password"), key: null, anywhere: true, run: (desk) => desk.ask("password") },
  { id: "theme", title: t("cmd_theme"), key: null, anywhere: true, run: () => switchTheme() },
  { id: "palette", title: t("cmd_palette"), key: "Ctrl + K", anywhere: true, run: (desk) => desk.ask("palette") },
  { id: "help", title: t("cmd_help"), key: "?", anywhere: true, run: (desk) => desk.ask("help") },
  { id: "signOut", title: t("cmd_signOut"), key: null, anywhere: true, run: leave },
];

/** What can be done now, of `commands`; `list`: whether the conversations are on the screen. */
export function ready(commands: readonly Command[], state: DeskState, list: boolean): Command[] {
  return commands.filter((each) => (each.anywhere || list) && (each.ready?.(state) ?? true));
}

/** Those in whose title every word of `query` begins a word, in their order. */
export function findCommands(commands: readonly Command[], query: string): Command[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ title }) => {
    const words = title.toLowerCase().split(/[\s’]+/);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
}
