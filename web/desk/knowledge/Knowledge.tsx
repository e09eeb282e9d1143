import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PagePlaces } from "../components/places";
import type { Desk } from "../controller";
import type { DeskState } from "../state";
import { address, type Place, readPlace } from "./address";
import { ArticleList } from "./ArticleList";
import { ArticlePage } from "./ArticlePage";
import { Audit } from "./Audit";
import { Calendar } from "./Calendar";
import { knowledgeCalls } from "./calls";
import { GapPage } from "./GapPage";
import { Gaps } from "./Gaps";
import { Import } from "./Import";
import { NewArticle } from "./NewArticle";
import type { Part } from "./part";
import { Playground } from "./Playground";
import { Searches } from "./Searches";
import "./styles/frame.css";
import "./styles/article.css";
import "./styles/findings.css";
import { k } from "./words";

interface Props {
  desk: Desk;
  state: DeskState;
  places: PagePlaces;
}

const PAGES: readonly { place: Place; label: string; own: readonly Place["page"][] }[] = [
  { place: { page: "articles", filters: {} }, label: k("articles"), own: ["articles", "article", "new", "import"] },
  { place: { page: "gaps", filters: {} }, label: k("gaps"), own: ["gaps", "gap"] },
  { place: { page: "playground", filters: {} }, label: k("playground"), own: ["playground"] },
  { place: { page: "searches" }, label: k("searches"), own: ["searches"] },
  { place: { page: "calendar" }, label: k("calendar"), own: ["calendar"] },
  { place: { page: "audit" }, label: k("audit"), own: ["audit"] },
];

export function Knowledge({ desk, state, places }: Props) {
  const calls = useMemo(() => knowledgeCalls(desk.request), [desk]);
  const place = usePlace();
  const rail = useRef<HTMLElement>(null);
  const main = useRef<HTMLElement>(null);
  // What had the focus may have gone with the last page; the keyboard then goes on from the top of this one.
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus();
  }, [place]);
  // On a narrow screen the pages stand in a row that scrolls: the open one is shown.
  useEffect(() => rail.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [place.page]);
  if (state.signedIn.status !== "in") return null;
  const part: Part = { desk, calls, session: state.signedIn.session, places };
  return (
    <div class="knowledge">
      <nav ref={rail} class="k-rail" aria-label={k("knowledge")}>
        {PAGES.map(({ place: to, label, own }) => (
          <a key={label} href={address(to)} aria-current={own.includes(place.page) ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <main ref={main} class="k-main" tabIndex={-1}>
        <Page part={part} place={place} />
      </main>
    </div>
  );
}

function Page({ part, place }: { part: Part; place: Place }) {
  switch (place.page) {
    case "articles":
      return <ArticleList {...part} filters={place.filters} />;
    case "new":
      return <NewArticle {...part} />;
    case "import":
      return <Import {...part} />;
    case "article":
      return <ArticlePage key={place.id} {...part} id={place.id} tab={place.tab} />;
    case "gaps":
      return <Gaps {...part} filters={place.filters} />;
    case "gap":
      return <GapPage key={place.id} {...part} id={place.id} />;
    case "playground":
      return <Playground {...part} asked={place.filters} />;
    case "searches":
      return <Searches {...part} />;
    case "calendar":
      return <Calendar {...part} />;
    case "audit":
      return <Audit {...part} />;
  }
}

function usePlace(): Place {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    // Somebody may have gone on between the first drawing and now.
    follow();
    return () => removeEventListener("hashchange", follow);
  }, []);
  return useMemo(() => readPlace(hash), [hash]);
}
