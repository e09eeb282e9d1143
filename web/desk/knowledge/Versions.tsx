import { useState } from "preact/hooks";
import { Modal } from "../components/Dialogs";
import type { ArticlePart } from "./part";
import { BlastRadius } from "./BlastRadius";
import { Difference } from "./Difference";
import { contentOf } from "./draft";
import { momentText, who } from "./format";
import { useLoad } from "./load";
import { Await, Trouble } from "./parts";
import type { ArticleLine, HistoryLine, VersionLine } from "./types";
import { wentBack } from "./undo";
import { useStep } from "./useStep";
import { k, named } from "./words";

/** Every version with who wrote it and why, what became of it, and the way back to it. */
export function Versions({ desk, calls, detail, onChanged, unsaved }: ArticlePart & { unsaved: boolean }) {
  const { article, versions, history } = detail;
  const [back, setBack] = useState<number | null>(null);
  const { busy, failure, take } = useStep(desk, onChanged);

  const goBack = (to: number) => {
    setBack(null);
    return take(async () => wentBack(calls, article, to, await calls.rollback(article.id, to, article.latest_version)));
  };

  return (
    <section class="k-versions" aria-label={named("tab", "versions")}>
      {unsaved && <p class="k-notice">{k("unsavedStays")}</p>}
      {failure && <Trouble text={failure} />}
      <ol>
        {versions.map((version) => (
          <VersionCard
            key={version.version}
            version={version}
            live={version.version === article.published_version}
            events={history.filter((each) => each.version === version.version && each.event !== "edit")}
            compare={
              version.base_version !== null ? (
                <Compared calls={calls} id={article.id} from={version.base_version} to={version.version} />
              ) : null
            }
            onBack={mayGoBack(article, version.version) && !busy ? () => setBack(version.version) : null}
          />
        ))}
      </ol>
      {back !== null && (
        <Modal title={k("rollbackTitle", { version: back })} onDone={() => setBack(null)}>
          <p>{k("rollbackMore", { version: back, next: article.latest_version + 1 })}</p>
          <BlastRadius calls={calls} id={article.id} version={back} />
          <div class="modal-foot">
            <button type="button" class="button" onClick={() => setBack(null)}>
              {k("cancel")}
            </button>
            <button type="button" class="button is-main" onClick={() => void goBack(back)}>
              {k("rollbackDo")}
            </button>
          </div>
        </Modal>
      )}
    </section>
  );
}

/** The newest version is published, not gone back to. */
function mayGoBack(article: ArticleLine, version: number): boolean {
  return version !== article.published_version && version < article.latest_version && article.state !== "archived";
}

interface CardProps {
  version: VersionLine;
  live: boolean;
  events: HistoryLine[];
  compare: preact.JSX.Element | null;
  onBack: (() => void) | null;
}

function VersionCard({ version, live, events, compare, onBack }: CardProps) {
  const [open, setOpen] = useState(false);
  const name = k("versionIs", { version: version.version });
  return (
    <li class={live ? "k-version is-live" : "k-version"}>
      <div class="k-version-head">
        <h2>
          {name} {live && <span class="k-mark is-published">{named("state", "published")}</span>}
        </h2>
        <p class="soft">
          {who(version.author)} · <time dateTime={version.created_at}>{momentText(version.created_at)}</time>
        </p>
      </div>
      <p class={version.note ? "" : "soft"}>{version.note || k("noNote")}</p>
      {events.length > 0 && (
        <ul class="k-events">
          {events.map((each, index) => (
            <li key={index}>
              <strong>{named("event", each.event)}</strong> · {who(each.actor)} · <time dateTime={each.occurred_at}>{momentText(each.occurred_at)}</time>
              {each.note && each.note !== version.note && <q>{each.note}</q>}
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        {compare && (
          <button type="button" class="button" aria-expanded={open} aria-label={k(open ? "hideChangesOf" : "showChangesOf", { version: version.version })} onClick={() => setOpen(!open)}>
            {k(open ? "hideChanges" : "showChanges")}
          </button>
        )}
        {onBack && (
          <button type="button" class="button" onClick={onBack}>
            {k("rollbackTo", { version: version.version })}
          </button>
        )}
      </div>
      {open && compare}
    </li>
  );
}

function Compared({ calls, id, from, to }: { calls: ArticlePart["calls"]; id: string; from: number; to: number }) {
  const load = useLoad(`${id}:${from}:${to}`, (signal) => Promise.all([calls.version(id, from, signal), calls.version(id, to, signal)]));
  return (
    <Await load={load}>
      {([before, after]) => (
        <Difference before={contentOf(before)} after={contentOf(after)} names={[k("versionIs", { version: from }), k("versionIs", { version: to })]} />
      )}
    </Await>
  );
}
