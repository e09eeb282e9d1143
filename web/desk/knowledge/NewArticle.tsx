import { useEffect, useState } from "preact/hooks";
import { sentence } from "../controller";
import { address } from "./address";
import { idFor, type Problem, readKept } from "./draft";
import { Fields } from "./Fields";
import type { Part } from "./part";
import { MarkdownEditor } from "./MarkdownEditor";
import { Head, Trouble } from "./parts";
import { Preview } from "./Preview";
import type { Content } from "./types";
import { problemsOf } from "./useDraft";
import { k } from "./words";

/** An article that does not exist yet; what is written is kept in this browser until it does. */
export function NewArticle({ desk, calls, session }: Part) {
  const key = `draft:${session.email}:`;
  const [content, setContent] = useState<Content>(() => readKept(desk.recall(key))?.content ?? blank(session.email));
  const [named, setNamed] = useState<string | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = named ?? idFor(content.title);

  useEffect(() => {
    const written = content.title || content.body;
    desk.keep(key, written ? JSON.stringify({ base: 0, content, at: new Date().toISOString() }) : null);
  }, [content]);

  const create = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await calls.create(id, content);
      desk.keep(key, null);
      location.replace(address({ page: "article", id, tab: "write" }));
    } catch (error) {
      setProblems(problemsOf(error));
      setFailure(sentence(error));
      setBusy(false);
    }
  };

  return (
    <div class="k-page is-wide">
      <Head title={k("newArticle")} more={k("newArticleMore")} />
      <form class="k-write" onSubmit={create}>
        <div class="k-columns">
          <section class="k-text" aria-label={k("newArticle")}>
            <Fields content={content} problems={problems} onChange={(change) => setContent((before) => ({ ...before, ...change }))} />
            <label class="k-field">
              <span>{k("articleId")}</span>
              <input required pattern="[a-z0-9]+(-[a-z0-9]+)*" maxLength={80} value={id} aria-describedby="id-hint" onInput={(event) => setNamed(event.currentTarget.value)} />
              <span id="id-hint" class="soft">
                {k("articleIdHint")}
              </span>
            </label>
            <div class="k-paper">
              <MarkdownEditor text={content.body} onChange={(body) => setContent((before) => ({ ...before, body }))} />
            </div>
          </section>
          <Preview calls={calls} content={content} />
        </div>
        {failure && <Trouble text={failure} />}
        <div class="k-save">
          <p class="soft">{(content.title || content.body) && k("unsavedKept")}</p>
          <a class="button" href={address({ page: "articles", filters: {} })}>
            {k("cancel")}
          </a>
          <button type="submit" class="button is-main" disabled={busy || !id || !content.body.trim()}>
            {k("createDraft")}
          </button>
        </div>
      </form>
    </div>
  );
}

function blank(owner: string): Content {
  return { title: "", body: "", audience: "public", locale: "en", tags: [], owner, review_by: null, effective_from: null, effective_until: null, redirect_from: [] };
}
