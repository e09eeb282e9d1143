import { useEffect, useMemo, useState } from "preact/hooks";
import { address } from "./address";
import { choose, type Filters, issueClock, narrowing, occurring, readFilters, SORTS, STANDS, writeFilters } from "./filters";
import { dayText, momentText, span, who } from "./format";
import type { Part } from "./part";
import { useLoad, useSettled } from "./load";
import { Await, Choice, Empty, Head, StateMark } from "./parts";
import { type ArticleLine, AUDIENCES } from "./types";
import { k, named } from "./words";

const WORDS_AFTER_MS = 200;
/** Articles that are drawn at once: thousands of rows would hold the page up at every letter. */
const ROWS = 100;

export function ArticleList({ calls, places, filters: asked }: Part & { filters: Readonly<Record<string, string>> }) {
  const filters = readFilters(asked);
  // The field has its own text: the address follows a moment later, and must not take letters back.
  const [text, setText] = useState(filters.q);
  const words = useSettled(text.trim(), WORDS_AFTER_MS);
  const load = useLoad(`articles:${words}`, (signal) => calls.articles(words, signal), true);
  const set = (change: Partial<Filters>) => {
    // Filters are part of the page that is open, not a step to go back through.
    location.replace(address({ page: "articles", filters: writeFilters({ ...filters, ...change }) }));
  };
  useEffect(() => {
    if (words !== filters.q) set({ q: words });
  }, [words]);
  useEffect(() => {
    if (words !== filters.q) setText(filters.q);
  }, [filters.q]);
  return (
    <div class="k-page">
      <Head title={k("articles")}>
        <a class="button" href={address({ page: "import" })}>
          {k("bringIn")}
        </a>
        <a class="button is-main" href={address({ page: "new" })}>
          {k("newArticle")}
        </a>
      </Head>
      <Await load={load}>
        {(articles) => (
          <>
            <div class="k-find">
              <input
                ref={places.search}
                type="search"
                aria-label={k("findArticles")}
                aria-keyshortcuts="/"
                placeholder={k("findArticles")}
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
              <FilterFields articles={articles} filters={filters} onChange={set} />
            </div>
            <Found articles={articles} filters={filters} onClear={() => location.replace(address({ page: "articles", filters: {} }))} />
          </>
        )}
      </Await>
    </div>
  );
}

interface FieldsProps {
  articles: readonly ArticleLine[];
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
}

function FilterFields({ articles, filters, onChange }: FieldsProps) {
  const count = narrowing(filters);
  const all = (text: string) => ["", text] as const;
  const values = (of: (article: ArticleLine) => readonly string[]) => occurring(articles, of).map((each) => [each, each] as const);
  const owners = occurring(articles, (each) => [each.owner]).map((each) => [each, who(each)] as const);
  return (
    <details class="k-filters" open={count > 0 || undefined}>
      <summary>{count ? k("filtersSet", { count }) : k("filters")}</summary>
      <div>
        <Choice label={k("state")} value={filters.state} options={[all(k("allStates")), ...STANDS.map((each) => [each, named("state", each)] as const)]} onChange={(state) => onChange({ state })} />
        <Choice label={k("audience")} value={filters.audience} options={[all(k("allAudiences")), ...AUDIENCES.map((each) => [each, named("audience", each)] as const)]} onChange={(audience) => onChange({ audience })} />
        <Choice label={k("locale")} value={filters.locale} options={[all(k("allLocales")), ...values((each) => [each.locale])]} onChange={(locale) => onChange({ locale })} />
        <Choice label={k("tag")} value={filters.tag} options={[all(k("allTags")), ...values((each) => each.tags)]} onChange={(tag) => onChange({ tag })} />
        <Choice label={k("owner")} value={filters.owner} options={[all(k("allOwners")), ...owners]} onChange={(owner) => onChange({ owner })} />
        <Choice label={k("reviewFilter")} value={filters.review} options={[all(k("reviewAny")), ["overdue", k("reviewOverdue")]]} onChange={(review) => onChange({ review })} />
        <Choice label={k("issueFilter")} value={filters.issue} options={[all(k("issueAll")), ["any", k("issueAny")], ["running", k("issueRunning")], ["breached", k("issueBreached")]]} onChange={(issue) => onChange({ issue })} />
        <Choice label={k("sort")} value={filters.sort} options={SORTS.map((each) => [each, named("sort", each)] as const)} onChange={(sort) => onChange({ sort: sort as Filters["sort"] })} />
      </div>
    </details>
  );
}

function Found({ articles, filters, onClear }: { articles: readonly ArticleLine[]; filters: Filters; onClear: () => void }) {
  const now = Date.now();
  const [shown, setShown] = useState(ROWS);
  const narrowed = JSON.stringify(filters);
  // Another list begins at its top.
  useEffect(() => setShown(ROWS), [narrowed]);
  const found = useMemo(() => choose(articles, filters, now), [articles, narrowed]);
  if (articles.length === 0 && !filters.q)
    return (
      <Empty title={k("noArticles")}>
        <p class="soft">{k("noArticlesMore")}</p>
      </Empty>
    );
  return (
    <>
      <p class="k-count" role="status">
        {found.length === articles.length && !filters.q ? k("articleCount", { count: found.length }) : k("articleCountFound", { count: found.length })}
        {(found.length < articles.length || filters.q) && (
          <button type="button" class="link" onClick={onClear}>
            {k("clearFilters")}
          </button>
        )}
      </p>
      {found.length === 0 && (
        <Empty title={k("noneFound")}>
          <p class="soft">{k("noneFoundMore")}</p>
        </Empty>
      )}
      <ul class="k-list">
        {found.slice(0, shown).map((each) => (
          <Row key={each.id} article={each} now={now} />
        ))}
      </ul>
      {shown < found.length && (
        <p class="k-more">
          <button type="button" class="button" onClick={() => setShown(shown + ROWS)}>
            {k("showMore", { count: Math.min(ROWS, found.length - shown), left: found.length - shown })}
          </button>
        </p>
      )}
    </>
  );
}

function Row({ article, now }: { article: ArticleLine; now: number }) {
  const clock = issueClock(article, now);
  const left = article.issue_due_at ? span(Math.abs(new Date(article.issue_due_at).getTime() - now)) : null;
  const newer = article.published_version !== null && article.published_version < article.latest_version;
  return (
    <li class="k-row">
      <div class="k-row-title">
        <a href={address({ page: "article", id: article.id, tab: "write" })}>{article.title}</a>
        <p class="soft">
          {[named("audience", article.audience), article.locale, who(article.owner), ...article.tags].filter(Boolean).join(" · ")}
        </p>
      </div>
      <p class="k-row-marks">
        <StateMark state={article.state} />
        {(article.answers === "later" || article.answers === "ended") && <span class="k-mark is-late">{named("answers", article.answers)}</span>}
        {newer && article.answers === "now" && <span class="k-mark is-live">{k("stillLive", { version: article.published_version ?? 0 })}</span>}
        {article.scheduled_for && <span class="k-mark">{k("publishesAt", { time: momentText(article.scheduled_for) })}</span>}
        {clock && left && (
          <span class={clock === "breached" ? "k-mark is-late" : "k-mark is-soon"}>
            {k(clock === "breached" ? "clockBreached" : "clockRunning", { time: named("span", left.unit, left.count) })}
          </span>
        )}
        {article.review_overdue && <span class="k-mark is-late">{k("overdueSince", { day: dayText(article.review_by ?? "") })}</span>}
      </p>
      <p class="k-row-when soft">
        <time dateTime={article.updated_at}>{momentText(article.updated_at, now)}</time>
      </p>
    </li>
  );
}
