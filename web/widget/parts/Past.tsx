/**
 * Earlier conversations, each to be taken up again: of a known customer those that the server has, of an anonymous one
 * those that they left in this browser while somebody may still answer there.
 */
import { useEffect, useState } from "preact/hooks";
import type { ListedConversation } from "../calls";
import type { Controller } from "../controller";
import { moment } from "../timeline";
import type { PartWords } from "./words";

const WITH = { bot: "pastBot", queue: "pastQueue", agent: "pastAgent", none: "pastEnded" } as const;

export default function Past({ controller, words, locale }: { controller: Controller; words: PartWords; locale: string }) {
  const [found, setFound] = useState<ListedConversation[] | null>(null);
  const [failed, setFailed] = useState(false);
  const { identified, left } = controller.store.get();
  const load = () => {
    setFailed(false);
    if (!identified) return;
    controller.account.past().then(
      ({ conversations }) => setFound(conversations),
      () => setFailed(true),
    );
  };
  useEffect(load, []);

  if (!identified)
    return (
      <ul class="past">
        {left.map((each) => (
          <li key={each.id}>
            <button type="button" onClick={() => controller.account.goBack(each.id)}>
              <span class="past-text">{words(WITH[each.with])}</span>
              <span class="past-state">{moment(each.at, locale)}</span>
            </button>
          </li>
        ))}
      </ul>
    );
  if (failed)
    return (
      <p class="quietly" role="alert">
        {words("partFailed")}{" "}
        <button type="button" class="quiet" onClick={load}>
          {words("tryAgain")}
        </button>
      </p>
    );
  if (!found) return <p class="quietly">{words("loading")}</p>;
  if (found.length === 0) return <p class="quietly">{words("pastNone")}</p>;
  return (
    <ul class="past">
      {found.map((each) => (
        <li key={each.conversation_id}>
          <button type="button" onClick={() => void controller.account.takeUp(each.conversation_id).catch(() => setFailed(true))}>
            <span class="past-text">{each.last_text || words(WITH[each.owner])}</span>
            <span class="past-state">
              {words(WITH[each.owner])} · {moment(each.last_event_at, locale)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
