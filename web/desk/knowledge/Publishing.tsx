import { useState } from "preact/hooks";
import { address } from "./address";
import type { ArticlePart } from "./part";
import { ArchiveDialog } from "./ArchiveDialog";
import { BlastRadius } from "./BlastRadius";
import { Difference } from "./Difference";
import { contentOf } from "./draft";
import { dayIn, dayText, momentText } from "./format";
import { KeptBackOf } from "./KeptBack";
import { useLoad } from "./load";
import { Await, Trouble } from "./parts";
import { reach } from "./reach";
import { archived, type Done, published } from "./undo";
import { useStep } from "./useStep";
import { k } from "./words";

type Props = ArticlePart & { unsaved: boolean };

/** From a draft to what customers read: what changes, who notices, and who says yes. */
export function Publishing(props: Props) {
  const { article } = props.detail;
  const upToDate = article.published_version === article.latest_version;
  return (
    <div class="k-publish">
      <div class="k-publish-facts">
        {props.unsaved && (
          <p class="k-notice">
            <span>{k("saveFirst")}</span>
            <a class="button" href={address({ page: "article", id: article.id, tab: "write" })}>
              {k("backToWriting")}
            </a>
          </p>
        )}
        {upToDate ? (
          <Published {...props} />
        ) : (
          <>
            <KeptBackOf calls={props.calls} name={`${article.id}:${article.latest_version}`} content={contentOf(props.detail.version)} />
            <BlastRadius calls={props.calls} id={article.id} version={article.latest_version} />
            <WhatChanges {...props} />
          </>
        )}
      </div>
      <Steps {...props} upToDate={upToDate} />
    </div>
  );
}

/** A version that is published answers today, or from a day on, or not any more. */
function Published({ detail }: Props) {
  const { article, version, today } = detail;
  const what = reach(version, today);
  if (what.answers === "now") return <p class="k-notice is-good">{k("nothingToPublish", { version: article.latest_version })}</p>;
  return <p class="k-notice">{k(what.answers === "later" ? "publishedLater" : "publishedEnded", { version: article.latest_version, day: dayText(what.day) })}</p>;
}

/** Told before the step: a text that is over answers nothing, and one for a later day waits. Days are the company's. */
function Warning({ detail, at }: { detail: Props["detail"]; at: string }) {
  const { article, version, today, timezone } = detail;
  const planned = at ? dayIn(new Date(at), timezone) : today;
  const what = reach(version, planned > today ? planned : today);
  if (what.answers === "now") return null;
  const later = article.published_version === null ? "willAnswerFrom" : "willWaitFor";
  return (
    <p class={what.answers === "ended" ? "k-notice is-bad" : "k-notice"} role="status">
      {k(what.answers === "ended" ? "wouldAnswerNothing" : later, { day: dayText(what.day) })}
    </p>
  );
}

function WhatChanges({ calls, detail }: Props) {
  const { article, version } = detail;
  const live = article.published_version;
  const load = useLoad(live === null ? null : `${article.id}:${live}`, (signal) => calls.version(article.id, live ?? 0, signal));
  return (
    <section aria-labelledby="what-changes">
      <h2 id="what-changes">{k("whatChanges")}</h2>
      {live === null ? (
        <p class="soft">{k("firstTime")}</p>
      ) : (
        <Await load={load}>
          {(published) => (
            <Difference
              before={contentOf(published)}
              after={contentOf(version)}
              names={[k("versionPublished", { version: live }), k("versionIs", { version: article.latest_version })]}
            />
          )}
        </Await>
      )}
    </section>
  );
}

function Steps({ desk, calls, detail, onChanged, unsaved, upToDate }: Props & { upToDate: boolean }) {
  const { article, version, today } = detail;
  const { id, latest_version: base, state } = article;
  const [note, setNote] = useState("");
  const [at, setAt] = useState("");
  const [archiving, setArchiving] = useState(false);
  const { busy, failure, take: step } = useStep(desk, onChanged);
  const inArchive = state === "archived";

  const take = async (what: () => Promise<Done>) => {
    if (!(await step(what))) return;
    setNote("");
    setAt("");
  };
  const run = (step: () => Promise<unknown>, said: string, undo: (() => Promise<unknown>) | null = null) =>
    take(() => step().then(() => ({ said, undo: undo && { run: undo, said: k("undone") } })));
  const text = note.trim();
  const publish = () => {
    if (!at) return take(() => calls.publish(id, base, text).then((made) => published(calls, article, made, version, today)));
    const when = new Date(at).toISOString();
    return run(() => calls.schedule(id, base, when, text), k("scheduledToast", { time: momentText(when) }));
  };

  return (
    <aside class="k-steps" aria-label={k("steps")}>
      {article.scheduled_for && (
        <div class="k-notice">
          <p>{k("publishesAt", { time: momentText(article.scheduled_for) })}</p>
          <button type="button" class="button" disabled={busy} onClick={() => void run(() => calls.unschedule(id), k("unscheduledToast"))}>
            {k("unschedule")}
          </button>
        </div>
      )}
      {!inArchive && !upToDate && (
        <>
          <label class="k-field">
            <span>{k("stepNote")}</span>
            <textarea rows={3} maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <label class="k-field">
            <span>{k("publishWhen")}</span>
            <input type="datetime-local" value={at} aria-describedby="when-hint" onInput={(event) => setAt(event.currentTarget.value)} />
            <span id="when-hint" class="soft">
              {k("publishWhenHint")}
            </span>
          </label>
          <Warning detail={detail} at={at} />
          <button type="button" class="button is-main" disabled={busy || unsaved} onClick={() => void publish()}>
            {k(at ? "schedule" : "publishNow")}
          </button>
          {state === "draft" && (
            <button type="button" class="button" disabled={busy || unsaved} onClick={() => void run(() => calls.submit(id, base, text), k("submittedToast"), () => calls.sendBack(id, base, ""))}>
              {k("submit")}
            </button>
          )}
          {state === "in_review" && (
            <button type="button" class="button" disabled={busy || !text} title={text ? undefined : k("sendBackNeedsNote")} onClick={() => void run(() => calls.sendBack(id, base, text), k("sentBackToast"))}>
              {k("sendBack")}
            </button>
          )}
        </>
      )}
      {inArchive ? (
        <button type="button" class="button is-main" disabled={busy} onClick={() => void run(() => calls.restore(id, base), k("restoredToast"))}>
          {k("restore")}
        </button>
      ) : (
        <>
          {upToDate && <p class="soft">{k("archiveHint")}</p>}
          <button type="button" class="button is-quiet" disabled={busy || unsaved} onClick={() => setArchiving(true)}>
            {k("archive")}
          </button>
        </>
      )}
      {failure && <Trouble text={failure} />}
      {archiving && (
        <ArchiveDialog
          calls={calls}
          article={article}
          onDone={() => setArchiving(false)}
          onArchive={(why) => void take(() => calls.archive(id, base, why).then(() => archived(calls, article)))}
        />
      )}
    </aside>
  );
}
