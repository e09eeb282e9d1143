import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { address } from "./address";
import type { KnowledgeCalls } from "./calls";
import { type Piece, pieces } from "./compare";
import { dayText, share } from "./format";
import { useLoad } from "./load";
import { Trouble } from "./parts";
import type { Change, Impact, Shown } from "./types";
import { k, named } from "./words";

interface Props {
  calls: KnowledgeCalls;
  id: string;
  /** What would be published; null: the article is taken away. */
  version: number | null;
}

/** Which questions that people really asked would be answered otherwise: before and after, side by side. */
export function BlastRadius({ calls, id, version }: Props) {
  const title = useId();
  const load = useLoad(`impact:${id}:${version}`, (signal) => calls.impact(id, version, signal));
  return (
    <section class="k-impact" aria-labelledby={title} aria-busy={load.state.status === "loading"}>
      <h2 id={title}>{k("impact")}</h2>
      {load.state.status === "loading" && (
        <p class="k-wait" role="status">
          {k(version === null ? "impactAskingWithout" : "impactAsking")}
        </p>
      )}
      {load.state.status === "failed" && <Trouble text={load.state.problem} onAgain={load.again} />}
      {load.state.status === "ready" && <Found impact={load.state.value} id={id} />}
    </section>
  );
}

function Found({ impact, id }: { impact: Impact; id: string }) {
  const { asked, changes } = impact;
  if (asked === 0) return <p class="soft">{k("impactNoQuestions")}</p>;
  return (
    <>
      <p role="status">
        <strong>{k("impactChanges", { count: changes.length })}</strong> <span class="soft">{k("impactOf", { count: asked })}</span>
      </p>
      <ul class="k-changes-list">
        {changes.map((each, at) => (
          // The same words may have been asked by customers and by visitors: each has a line of its own.
          <li key={at}>
            <ChangeCard change={each} id={id} away={impact.version === null} />
          </li>
        ))}
      </ul>
      <p class="soft">
        <a href={address({ page: "playground", filters: {} })}>{k("tryYourself")}</a>
      </p>
    </>
  );
}

function ChangeCard({ change, id, away }: { change: Change; id: string; away: boolean }) {
  const [was, is] = pieces(change.before.text, change.after.text);
  return (
    <article class={`k-change is-${change.kind}`}>
      <header>
        <h3>“{change.question}”</h3>
        <p class="soft">
          <span class={change.kind === "lost" ? "k-mark is-late" : "k-mark"}>{named("change", change.kind)}</span> {k("askedTimes", { count: change.times })} ·{" "}
          {k("lastAsked", { day: dayText(change.last_asked_at) })}
        </p>
      </header>
      <div class="k-pair">
        <ShownCard title={k("before")} shown={change.before} own={id} text={change.kind === "other_words" ? marked(was, "del") : change.before.text} />
        <ShownCard title={k(away ? "afterArchiving" : "after")} shown={change.after} own={id} text={change.kind === "other_words" ? marked(is, "ins") : change.after.text} />
      </div>
    </article>
  );
}

/** Where only words differ, those words. */
function marked(parts: readonly Piece[] | null, Mark: "del" | "ins"): ComponentChildren {
  return parts?.map((part, at) => (part.changed ? <Mark key={at}>{part.text}</Mark> : part.text));
}

function ShownCard({ title, shown, own, text }: { title: string; shown: Shown; own: string; text: ComponentChildren }) {
  const place = [shown.article_id === own ? k("thisArticle") : shown.article_id, shown.section].filter(Boolean).join(" › ");
  return (
    <div class={shown.found ? "k-shown" : "k-shown is-unknown"}>
      <h4>{title}</h4>
      <p class="soft">
        {shown.found ? place : k("notKnown")} · {k("sure", { share: share(shown.confidence, 1) })}
      </p>
      {shown.text && <p class="k-excerpt">{text}</p>}
    </div>
  );
}
