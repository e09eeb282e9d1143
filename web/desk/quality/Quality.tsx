import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Desk } from "../controller";
import { type DeskState, reviews } from "../state";
import { Agreement } from "./Agreement";
import { address, type Place, readPlace } from "./address";
import { Coaching } from "./Coaching";
import { qualityCalls } from "./calls";
import type { Part } from "./part";
import { ReviewPage } from "./ReviewPage";
import { Samples } from "./Samples";
import { Scenarios } from "./Scenarios";
import "../knowledge/styles/frame.css";
import "./quality.css";
import { q } from "./words";

const PAGES: readonly { place: Place; label: string; own: readonly Place["page"][]; forReaders: boolean }[] = [
  { place: { page: "samples" }, label: q("samples"), own: ["samples", "sample"], forReaders: true },
  { place: { page: "agreement" }, label: q("agreement"), own: ["agreement"], forReaders: true },
  { place: { page: "scenarios" }, label: q("scenarios"), own: ["scenarios"], forReaders: false },
  { place: { page: "coaching" }, label: q("coaching"), own: ["coaching"], forReaders: false },
];

export function Quality({ desk, state }: { desk: Desk; state: DeskState }) {
  const calls = useMemo(() => qualityCalls(desk.request), [desk]);
  const asked = usePlace();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus();
  }, [asked]);
  if (state.signedIn.status !== "in") return null;
  const reads = reviews(state.signedIn.session);
  const place: Place = reads || asked.page === "scenarios" ? asked : { page: "coaching" };
  return (
    <div class="knowledge">
      <nav class="k-rail" aria-label={q("quality")}>
        {PAGES.filter((each) => reads || !each.forReaders).map(({ place: to, label, own }) => (
          <a key={label} href={address(to)} aria-current={own.includes(place.page) ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <main ref={main} class="k-main" tabIndex={-1}>
        <Page part={{ desk, calls }} place={place} />
      </main>
    </div>
  );
}

function Page({ part, place }: { part: Part; place: Place }) {
  switch (place.page) {
    case "samples":
      return <Samples {...part} />;
    case "sample":
      return <ReviewPage key={place.id} {...part} id={place.id} />;
    case "agreement":
      return <Agreement {...part} />;
    case "scenarios":
      return <Scenarios {...part} />;
    case "coaching":
      return <Coaching {...part} />;
  }
}

function usePlace(): Place {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return useMemo(() => readPlace(hash), [hash]);
}
