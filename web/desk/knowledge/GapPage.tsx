import { useState } from "preact/hooks";
import { address } from "./address";
import { dayText, momentText, share, who } from "./format";
import { DraftForm, MergeForm } from "./GapSteps";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, Trouble } from "./parts";
import { Sparkline, TrendTable } from "./Sparkline";
import type { GapDetail } from "./types";
import { useStep } from "./useStep";
import { k, named } from "./words";

type Props = Part & { id: string };

export function GapPage(props: Props) {
  const { calls, id } = props;
  const load = useLoad(`gap:${id}`, (signal) => calls.gap(id, signal));
  return (
    <div class="k-page">
      <a class="k-back" href={address({ page: "gaps", filters: {} })}>
        {k("gaps")}
      </a>
      <Await load={load}>{(detail) => <OneGap {...props} detail={detail} onChanged={load.again} />}</Await>
    </div>
  );
}

function OneGap({ desk, calls, id, detail, onChanged }: Props & { detail: GapDetail; onChanged: () => void }) {
  const { gap, questions, history } = detail;
  const [note, setNote] = useState("");
  const { busy, failure, take } = useStep(desk, onChanged);

  const run = async (step: () => Promise<unknown>, said: string, undo: (() => Promise<unknown>) | null = null) => {
    if (await take(() => step().then(() => ({ said, undo: undo && { run: undo, said: k("undone") } })))) setNote("");
  };
  const draft = (title: string) =>
    take(async () => {
      const made = await calls.draftGap(id, title);
      location.hash = address({ page: "article", id: made.article.id, tab: "write" });
      return { said: made.answers_found ? k("draftMade", { count: made.answers_found }) : k("draftWithoutAnswers"), undo: null };
    });
  const merge = (into: number) =>
    take(async () => {
      await calls.mergeGap(id, into);
      location.hash = address({ page: "gap", id: String(into) });
      return { said: k("gapMerged"), undo: null };
    });
  const reopen = () => calls.reopenGap(id, "");
  const waiting = gap.state === "open" || gap.state === "drafted";

  return (
    <>
      <header class="k-head">
        <div>
          <h1>{gap.title}</h1>
          <p class="soft">
            {named("gap", gap.state)} · {k("askedTimes", { count: gap.count })} · {k("inConversations", { count: gap.conversations })} ·{" "}
            {k("firstAsked", { day: dayText(gap.first_at) })} · {k("lastAsked", { day: dayText(gap.last_at) })}
          </p>
        </div>
        <Sparkline weeks={gap.trend} />
      </header>
      {gap.closed_by && (
        <p class="k-notice is-good">
          <span>{k("closedBy")}</span>
          <a href={address({ page: "article", id: gap.closed_by, tab: "write" })}>
            {gap.closed_by} · {k("versionIs", { version: gap.closed_version ?? 1 })}
          </a>
        </p>
      )}
      {gap.draft_id && !gap.closed_by && (
        <p class="k-notice">
          <span>{k("draftThere")}</span>
          <a class="button is-main" href={address({ page: "article", id: gap.draft_id, tab: "write" })}>
            {k("openDraft")}
          </a>
        </p>
      )}
      {waiting && !gap.draft_id && <DraftForm busy={busy} onDraft={draft} />}
      {waiting && (
        <div class="k-gap-steps">
          <input aria-label={k("gapNote")} placeholder={k("gapNote")} maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          <button type="button" class="button" disabled={busy} onClick={() => void run(() => calls.dismissGap(id, note.trim()), k("gapDismissed"), reopen)}>
            {k("dismissGap")}
          </button>
          <button type="button" class="button" disabled={busy} onClick={() => void run(() => calls.closeGap(id, note.trim()), k("gapClosed"), reopen)}>
            {k("closeGap")}
          </button>
        </div>
      )}
      {!waiting && (
        <div class="k-gap-steps">
          <button type="button" class="button" disabled={busy} onClick={() => void run(reopen, k("gapReopened"))}>
            {k("reopenGap")}
          </button>
        </div>
      )}
      <MergeForm calls={calls} gap={gap} busy={busy} onMerge={merge} />
      {failure && <Trouble text={failure} />}
      <TrendTable weeks={gap.trend} />
      <section aria-labelledby="examples">
        <h2 id="examples">{k("examples")}</h2>
        <ul class="k-examples">
          {questions.map((each, at) => (
            <li key={at}>
              {each.said_before && <p class="soft">{k("saidBefore", { text: each.said_before })}</p>}
              <p>“{each.question}”</p>
              <p class="soft">
                {named("gapReason", each.reason, 1)} · {momentText(each.asked_at)} · {k("sure", { share: share(each.confidence, 1) })}
                {each.handed_over && ` · ${k("wasHandedOver")}`}{" "}
                {each.article_id && (
                  <a href={address({ page: "article", id: each.article_id, tab: "write" })}>{k("wasShown", { section: each.section || each.article_id })}</a>
                )}{" "}
                <a href={address({ page: "playground", filters: { q: each.question } })}>{k("askAgain")}</a>
              </p>
            </li>
          ))}
        </ul>
      </section>
      {history.length > 0 && (
        <section aria-labelledby="gap-history">
          <h2 id="gap-history">{k("whatWasDone")}</h2>
          <ul class="k-events">
            {history.map((each, at) => (
              <li key={at}>
                <strong>{named("gapEvent", each.event)}</strong> · {who(each.actor)} · <time dateTime={each.occurred_at}>{momentText(each.occurred_at)}</time>
                {each.note && <q>{each.note}</q>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
