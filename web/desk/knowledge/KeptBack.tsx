import type { KnowledgeCalls } from "./calls";
import { useLoad } from "./load";
import type { Content, Preview } from "./types";
import { k } from "./words";

/** Sentences with which no answer leaves, though they may stand on the help page: before a customer misses them. */
export function KeptBack({ found }: { found: Preview["kept_back"] }) {
  if (found.length === 0) return null;
  return (
    <div class="k-problems">
      <h3>{k("keptBack")}</h3>
      <p>{k("keptBackMore")}</p>
      <ul>
        {found.map((each, at) => (
          <li key={at}>
            {each.section && `${each.section}: `}“{each.sentence}”
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Version {
  calls: KnowledgeCalls;
  /** Names the version that is looked at. */
  name: string;
  content: Content;
}

/** The same of a version that is about to be published. */
export function KeptBackOf({ calls, name, content: { title, body, audience, locale } }: Version) {
  const { state } = useLoad(name, (signal) => calls.preview({ title, body, audience, locale }, signal));
  return state.status === "ready" ? <KeptBack found={state.value.kept_back} /> : null;
}
