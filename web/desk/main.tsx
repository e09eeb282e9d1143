import { render } from "preact";
import "../shared/tokens.css";
import { App } from "./App";
import { deskCalls } from "./calls";
import { Desk } from "./controller";
import { notify, unseen } from "./notify";
import { ring } from "./sound";
import { answers } from "./state";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/conversation.css";
import "./styles/packet.css";
import "./styles/assist.css";
import "./styles/inbox.css";
import { restoreTheme } from "./theme";

const desk = new Desk({ calls: deskCalls(location.origin), storage: browserStorage(), ring, notify, unseen });
restoreTheme();

const readAddress = () => {
  const section = sectionNamed();
  if (section !== "conversations") return desk.go(section);
  const id = /^#\/conversations\/(.+)$/.exec(location.hash)?.[1];
  const wanted = id ? decodeURIComponent(id) : null;
  desk.go(section);
  if (wanted !== desk.store.get().selected) desk.select(wanted);
};
addEventListener("hashchange", readAddress);
addEventListener("online", () => desk.networkChanged(true));
addEventListener("offline", () => desk.networkChanged(false));
for (const sign of ["keydown", "pointerdown"] as const) addEventListener(sign, () => desk.touched(), { passive: true });

let shown = "";
desk.store.subscribe(() => {
  const { selected, queue, signedIn, section } = desk.store.get();
  const waiting = queue?.counts.waiting ?? 0;
  document.title = signedIn.status === "in" && waiting > 0 ? `(${waiting}) Frontdesk` : "Frontdesk";
  const address = selected ? `#/conversations/${encodeURIComponent(selected)}` : "#/conversations";
  if (signedIn.status !== "in") return;
  // The other parts keep their own addresses.
  if (section !== "conversations" || !answers(signedIn.session)) shown = "";
  else if (address !== shown) {
    shown = address;
    history.replaceState(null, "", address);
  }
});

const wanted = /^#\/conversations\/(.+)$/.exec(location.hash)?.[1];
desk.store.set({ section: sectionNamed(), selected: wanted ? decodeURIComponent(wanted) : null });
render(<App desk={desk} />, document.getElementById("desk")!);
void desk.start();

function sectionNamed(): string {
  return /^#\/([a-z]+)/.exec(location.hash)?.[1] ?? "conversations";
}

function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
