/** A scenario of the conversation on the screen, without what names anybody; asked again it is the same one. */
import * as client from "../contract/client";
import { type Desk, sentence } from "./controller";
import { t } from "./words";

export async function makeScenario(desk: Desk): Promise<void> {
  const { selected, views } = desk.store.get();
  const of = selected ? views[selected]?.detail?.conversation_id : undefined;
  if (!of) return;
  try {
    const made = await client.makeScenario(desk.request, of, { body: {} });
    desk.toast(t(made.resolved_by ? "scenarioResolved" : "scenarioMade"));
  } catch (error) {
    desk.toast(sentence(error));
  }
}
