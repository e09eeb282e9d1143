import { useState } from "preact/hooks";
import { Markdown } from "../../shared/Markdown";
import { score } from "../format";
import { address } from "./address";
import type { Question } from "./calls";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, Choice, Empty, Head } from "./parts";
import { Trail } from "./Trail";
import { type Answer, AUDIENCES } from "./types";
import { k, named } from "./words";

/** Ask as a customer would, and see why the answer is what it is. Nothing asked here counts in any figure. */
export function Playground({ calls, places, asked }: Part & { asked: Readonly<Record<string, string>> }) {
  const [text, setText] = useState(asked.q ?? "");
  const [audience, setAudience] = useState(AUDIENCES.find((each) => each === asked.audience) ?? "public");
  const [locale, setLocale] = useState(asked.locale ?? "en");
  const [history, setHistory] = useState<readonly string[]>([]);
  const [question, setQuestion] = useState<(Question & { round: number }) | null>(
    asked.q ? { text: asked.q, audience, locale, history: [], round: 0 } : null,
  );
  const load = useLoad(question && JSON.stringify(question), (signal) => calls.answer(question as Question, signal), true);

  const ask = (event: Event) => {
    event.preventDefault();
    const wanted = text.trim();
    if (!wanted) return;
    setQuestion({ text: wanted, audience, locale: locale.trim(), history, round: (question?.round ?? 0) + 1 });
    location.replace(address({ page: "playground", filters: { q: wanted, audience: audience === "public" ? "" : audience, locale: locale === "en" ? "" : locale } }));
  };

  return (
    <div class="k-page">
      <Head title={k("playground")} more={k("playgroundMore")} />
      <form class="k-ask" onSubmit={ask}>
        <label class="k-field is-question">
          <span>{k("question")}</span>
          <input ref={places.search} type="search" maxLength={2000} autocomplete="off" value={text} placeholder={k("questionHint")} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <Choice label={k("asAudience")} value={audience} options={AUDIENCES.map((each) => [each, named("audience", each)] as const)} onChange={(value) => setAudience(value as typeof audience)} />
        <label class="k-field is-short">
          <span>{k("locale")}</span>
          <input value={locale} maxLength={5} pattern="[a-z]{2}(-[A-Z]{2})?" onInput={(event) => setLocale(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button is-main">
          {k("ask")}
        </button>
      </form>
      {history.length > 0 && (
        <p class="k-notice">
          <span>{k("askedBefore", { questions: history.map((each) => `“${each}”`).join(", ") })}</span>
          <button type="button" class="button" onClick={() => setHistory([])}>
            {k("forget")}
          </button>
        </p>
      )}
      {question === null ? (
        <Empty title={k("askSomething")}>
          <p class="soft">{k("askSomethingMore")}</p>
        </Empty>
      ) : (
        <Await load={load}>
          {(answer) => (
            <>
              <Verdict answer={answer} />
              {history.at(-1) !== question.text && (
                <button type="button" class="link" onClick={() => setHistory([...history, question.text].slice(-3))}>
                  {k("askFollowUp")}
                </button>
              )}
              <Trail trace={answer.trace} />
            </>
          )}
        </Await>
      )}
    </div>
  );
}

function Verdict({ answer }: { answer: Answer }) {
  return (
    <section class={answer.found ? "k-verdict is-found" : "k-verdict"} aria-label={k("answer")} role="status">
      <h2>{k(answer.found ? "verdictFound" : "verdictUnknown")}</h2>
      <p class="soft">{k("confidenceLine", { confidence: score(answer.confidence), threshold: score(answer.trace.threshold) })}</p>
      {answer.text && (
        <div class="k-answer">
          <Markdown text={answer.text} base={location.origin} />
        </div>
      )}
      {answer.kept_back && <p class="k-notice">{k("answerKeptBack", { sentence: answer.kept_back })}</p>}
      {answer.citations.length > 0 && (
        <ul class="k-cites">
          {answer.citations.map((each, at) => (
            <li key={at}>
              <a href={address({ page: "article", id: each.article_id, tab: "write" })}>
                {each.title}
                {each.section && ` › ${each.section}`}
              </a>{" "}
              <span class="soft">{k("versionIs", { version: each.version })}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
