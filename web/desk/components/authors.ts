import { agentName } from "../../shared/reduce";
import type { DeskState, View } from "../state";
import { t } from "../words";

/** Agents are named by the events of their acceptance; this agent is known from the session. */
export function authorName(state: DeskState, view: View, author: string): string {
  const { signedIn } = state;
  const known = agentName(view.conversation, author);
  if (known) return known;
  if (signedIn.status === "in" && author.replace(/^agent:/, "") === signedIn.session.id) return signedIn.session.name;
  if (author === "bot") return t("assistant");
  if (author === "customer") return t("theCustomer");
  // An offer names somebody before they say a word here; an id tells nobody anything.
  return author === "system" ? t("system") : t("someColleague");
}
