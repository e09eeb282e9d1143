import { useState } from "preact/hooks";
import { EMPTY, reduceAll } from "../../shared/reduce";
import type { Fact, Schemas } from "../../shared/types";
import type { Desk } from "../controller";
import { clock, spaced } from "../format";
import type { View } from "../state";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";
import { Anchored } from "./anchors";
import { Customer } from "./PacketParts";
import { Story } from "./Story";
import { When } from "./When";

type Past = Schemas["EarlierConversation"];

/** Who writes, and what was before. Reading it is written down by the server. */
export function CustomerPanel({ desk, view }: { desk: Desk; view: View }) {
  const { value, failed, again } = useLoaded(() => desk.calls.history(view.id), [view.id]);
  const packet = view.detail?.packet;
  return (
    <div class="packet-body" role="group" aria-label={t("panel_customer")} tabIndex={0}>
      {packet?.customer && packet.ids && <Customer packet={packet} />}
      <section class="part">
        <h3>{t("historyTitle")}</h3>
        {failed && (
          <p class="problem" role="alert">
            {t("historyFailed")}{" "}
            <button type="button" class="link" onClick={again}>
              {t("again")}
            </button>
          </p>
        )}
        {!value && !failed && <p class="soft">{t("loading")}</p>}
        {value && <History desk={desk} id={view.id} history={value} />}
      </section>
    </div>
  );
}

function History({ desk, id, history }: { desk: Desk; id: string; history: Schemas["History"] }) {
  if (!history.customer_id) return <p class="soft">{t("historyAnonymous")}</p>;
  if (!history.conversations.length) return <p class="soft">{t("historyNone")}</p>;
  return (
    <>
      {history.recent > 0 && (
        <p class="repeat">
          {t("historyRepeat", { count: history.recent })}
          {history.same_topic && `, ${t("historySame")}`}
        </p>
      )}
      <ol class="past">
        {history.conversations.map((past) => (
          <Earlier key={past.conversation_id} desk={desk} id={id} past={past} />
        ))}
      </ol>
      <p class="soft">{t("historyAudited")}</p>
    </>
  );
}

function Earlier({ desk, id, past }: { desk: Desk; id: string; past: Past }) {
  const [events, setEvents] = useState<Fact[] | null>(null);
  const [failed, setFailed] = useState(false);
  const topics = past.episodes.flatMap((episode) => (episode.topic ? [spaced(episode.topic)] : []));
  const end = past.outcome ? label("outcome", past.outcome) : t("historyOpen");
  const read = async () => {
    try {
      setEvents((await desk.calls.transcript(id, past.conversation_id)).events as unknown as Fact[]);
    } catch {
      setFailed(true);
    }
  };
  return (
    <li>
      <p class="said-head">
        <strong>{past.problem || t("noProblem")}</strong>
        <When at={past.opened_at} />
      </p>
      <p class="soft">{[...topics, end, past.cause, past.agent && t("withWhom", { name: past.agent })].filter(Boolean).join(" · ")}</p>
      <button type="button" class="link" aria-expanded={events !== null} aria-label={`${t(events ? "historyHide" : "historyRead")}: ${clock(past.opened_at)}`} onClick={() => (events ? setEvents(null) : void read())}>
        {t(events ? "historyHide" : "historyRead")}
      </button>
      {failed && (
        <p class="problem" role="alert">
          {t("historyFailed")}
        </p>
      )}
      {events && (
        <Anchored.Provider value={false}>
          <Story conversation={reduceAll(EMPTY, events)} customer={t("customer")} names={(author) => author} onRetry={() => undefined} />
        </Anchored.Provider>
      )}
    </li>
  );
}
