/** The shop's page: its tiles, the "signed in as" switch, and the identity that a real shop would hand to the widget. */
import { demoIdentity, listDemoCustomers } from "../contract/client";
import { createApi } from "../shared/api";
import { PRODUCTS } from "./catalogue";

interface Widget extends HTMLElement {
  open(): void;
  identify(token: string | null): void;
}

const SVG = "http://www.w3.org/2000/svg";
const KEY = "oberlarn-demo:customer";
const { request } = createApi({ base: "" });

const widget = document.querySelector("frontdesk-widget") as Widget;
const select = document.querySelector("#customer") as HTMLSelectElement;

showTiles();
document.querySelector("#ask")?.addEventListener("click", () => widget.open());
select.addEventListener("change", () => {
  sessionStorage.setItem(KEY, select.value);
  void signIn(select.value);
});
widget.addEventListener("frontdesk-identity-needed", () => void signIn(select.value));
void offerCustomers();

function showTiles(): void {
  const tiles = document.querySelector("#tiles");
  for (const { name, line, price, drawing } of PRODUCTS) {
    const tile = document.createElement("li");
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", "0 0 120 96");
    picture.setAttribute("aria-hidden", "true");
    const outline = document.createElementNS(SVG, "path");
    outline.setAttribute("d", drawing);
    picture.append(outline);
    tile.append(picture, text("h3", name), text("p", line), text("p", `${price} EUR`, "price"));
    tiles?.append(tile);
  }
}

function text(tag: string, words: string, name = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = words;
  if (name) element.className = name;
  return element;
}

/** The demo's customers are there only when the server runs as a demo; otherwise the switch stays hidden. */
async function offerCustomers(): Promise<void> {
  const customers = await listDemoCustomers(request).catch(() => null);
  if (!customers?.length) return;
  for (const { id, name } of customers) select.append(new Option(name, id));
  const before = sessionStorage.getItem(KEY) ?? "";
  select.value = customers.some(({ id }) => id === before) ? before : "";
  select.closest("label")?.removeAttribute("hidden");
  if (select.value) await signIn(select.value);
}

async function signIn(customer: string): Promise<void> {
  const answer = customer ? await demoIdentity(request, { query: { customer } }).catch(() => null) : null;
  // The page may be ready before the widget's script has run: what is set as an attribute waits for it.
  await customElements.whenDefined("frontdesk-widget");
  widget.identify(answer?.identity_token ?? null);
}
