import { useState } from "preact/hooks";
import type { Session } from "../../shared/types";
import { fill, insertAt, valuesOf } from "../canned";
import type { Desk } from "../controller";
import { NO_DRAFT } from "../drafts";
import type { View } from "../state";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";

interface Props {
  desk: Desk;
  view: View;
  session: Session;
  /** Whether something can be inserted: the conversation is this agent's. */
  mine: boolean;
}

export function SuggestionsPanel({ desk, view, session, mine }: Props) {
  const [query, setQuery] = useState("");
  const [question, setQuestion] = useState("");
  const said = view.conversation.facts.filter((fact) => fact.type === "message.sent" && fact.source === "customer").length;
  const { value, failed, again } = useLoaded(() => desk.calls.suggestions(view.id, question), [view.id, question, said]);
  const first = view.detail?.packet?.advice?.first_reply;

  const insert = (text: string) => {
    const { reply } = desk.store.get().drafts[view.id] ?? NO_DRAFT;
    desk.write(view.id, { reply: insertAt(reply, reply.length, fill(text, valuesOf(view.detail, session))).text });
    document.querySelector<HTMLTextAreaElement>(".reply-box textarea")?.focus();
  };

  return (
    <div class="packet-body" role="group" aria-label={t("panel_suggestions")} tabIndex={0}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setQuestion(query.trim());
        }}
      >
        <input type="search" aria-label={t("suggestSearch")} placeholder={t("suggestSearch")} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </form>
      {failed && (
        <p class="problem" role="alert">
          {t("suggestFailed")}{" "}
          <button type="button" class="link" onClick={again}>
            {t("again")}
          </button>
        </p>
      )}
      {!value && !failed && <p class="soft">{t("loading")}</p>}
      {first && (
        <section class="part">
          <h3>{t("suggestFirst")}</h3>
          <Reply title="" text={first} mine={mine} onInsert={() => insert(first)} />
        </section>
      )}
      {value && (
        <>
          {value.question && <p class="soft suggest-for">{t("suggestFor", { question: value.question.slice(0, 120) })}</p>}
          {!value.articles.length && !value.replies.length && <p class="soft">{t("suggestNone")}</p>}
          {value.replies.length > 0 && (
            <section class="part">
              <h3>{t("suggestReplies")}</h3>
              {value.replies.map((reply) => (
                <Reply
                  key={reply.id}
                  title={`${label("from", reply.source)}: ${reply.title.replace(/_/g, " ")}`}
                  text={reply.text}
                  mine={mine}
                  onInsert={() => {
                    insert(reply.text);
                    if (reply.source === "canned") desk.assist.usedCanned(reply.id);
                  }}
                />
              ))}
            </section>
          )}
          {value.articles.length > 0 && (
            <section class="part">
              <h3>{t("suggestArticles")}</h3>
              {value.articles.map((article) => (
                <article key={`${article.article_id}-${article.section}`} class="suggestion">
                  <p>
                    <a href={article.url} target="_blank" rel="noreferrer">
                      {article.title} · {article.section}
                    </a>
                    {article.likely && <span class="tag is-good">{t("suggestLikely")}</span>}
                  </p>
                  <p class="soft">{article.excerpt}</p>
                  {mine && (
                    <button type="button" class="link" aria-label={`${t("suggestLink")}: ${article.title}`} onClick={() => insert(`[${article.title}](${new URL(article.url, location.origin).href})`)}>
                      {t("suggestLink")}
                    </button>
                  )}
                </article>
              ))}
            </section>
          )}
        </>
      )}
    </div>
  );
}

function Reply({ title, text, mine, onInsert }: { title: string; text: string; mine: boolean; onInsert: () => void }) {
  return (
    <article class="suggestion">
      {title && <p class="soft">{title}</p>}
      <p class="plain">{text}</p>
      {mine && (
        <button type="button" class="link" aria-label={`${t("suggestInsert")}: ${text.slice(0, 40)}`} onClick={onInsert}>
          {t("suggestInsert")}
        </button>
      )}
    </article>
  );
}
