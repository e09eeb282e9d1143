import { address, type Tab, TABS } from "./address";
import { Conflicting } from "./Conflicting";
import { Figures } from "./Figures";
import { momentText } from "./format";
import type { Part } from "./part";
import { useLoad } from "./load";
import { Await, StateMark, Trouble } from "./parts";
import { Publishing } from "./Publishing";
import type { ArticleDetail } from "./types";
import { useDraft } from "./useDraft";
import { Versions } from "./Versions";
import { k, named } from "./words";
import { Write } from "./Write";

type Props = Part & { id: string; tab: Tab };

export function ArticlePage(props: Props) {
  const { calls, id } = props;
  const load = useLoad(`article:${id}`, (signal) => calls.article(id, signal));
  return (
    <div class="k-page is-wide">
      <Await load={load}>{(detail) => <Article {...props} detail={detail} onChanged={load.again} />}</Await>
    </div>
  );
}

function Article({ tab, detail, onChanged, ...part }: Props & { detail: ArticleDetail; onChanged: () => void }) {
  const { article } = detail;
  const handling = useDraft({ desk: part.desk, calls: part.calls, email: part.session.email, detail, onSaved: onChanged });
  const tabs = { ...part, detail, onChanged };
  const told = [
    k("versionIs", { version: article.latest_version }),
    article.published_version && article.published_version < article.latest_version ? k("stillLive", { version: article.published_version }) : "",
    article.scheduled_for ? k("publishesAt", { time: momentText(article.scheduled_for) }) : "",
  ].filter(Boolean);
  return (
    <>
      <header class="k-article-head">
        <a class="k-back" href={address({ page: "articles", filters: {} })}>
          {k("articles")}
        </a>
        <div class="k-article-title">
          <h1>{article.title}</h1>
          <StateMark state={article.state} />
          <span class="soft">{told.join(" · ")}</span>
        </div>
        <nav class="k-tabs" aria-label={k("articleParts")}>
          {TABS.map((each) => (
            <a key={each} href={address({ page: "article", id: article.id, tab: each })} aria-current={each === tab ? "page" : undefined}>
              {named("tab", each)}
              {each === "write" && handling.unsaved && <span class="k-dot" title={k("unsaved")} role="img" aria-label={k("unsaved")} />}
            </a>
          ))}
        </nav>
      </header>
      {handling.draft.conflict ? (
        <Conflicting desk={part.desk} draft={handling.draft} conflict={handling.draft.conflict} email={part.session.email} change={handling.change} />
      ) : handling.behind ? (
        <>{handling.draft.failure ? <Trouble text={handling.draft.failure} /> : <p class="k-wait">{k("loading")}</p>}</>
      ) : (
        <>
          {tab === "write" && <Write {...tabs} handling={handling} />}
          {tab === "publish" && <Publishing {...tabs} unsaved={handling.unsaved} />}
          {tab === "versions" && <Versions {...tabs} unsaved={handling.unsaved} />}
          {tab === "figures" && <Figures {...tabs} />}
        </>
      )}
    </>
  );
}
