import { useEffect, useState } from "preact/hooks";
import { sentence } from "../controller";
import type { KnowledgeCalls } from "./calls";
import { KeptBack } from "./KeptBack";
import { Rendered } from "./Rendered";
import type { Content, Preview as Page } from "./types";
import { k, named } from "./words";

const PAUSE_MS = 250;

/** The page as readers will see it, made by the server from the text as it stands. */
export function Preview({ calls, content }: { calls: KnowledgeCalls; content: Content }) {
  const { title, body, audience, locale } = content;
  const [shown, setShown] = useState<Page | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(
      () =>
        calls.preview({ title, body, audience, locale }, stop.signal).then(
          (page) => {
            setShown(page);
            setFailure(null);
          },
          (error: unknown) => !stop.signal.aborted && setFailure(sentence(error)),
        ),
      shown ? PAUSE_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [calls, title, body, audience, locale]);

  return (
    <section class="k-preview" aria-label={named("view", "preview")}>
      {failure && <p class="problem">{k("previewFailed", { problem: failure })}</p>}
      {shown && (
        <>
          <h2 class="k-preview-title">{title}</h2>
          <Rendered html={shown.html} />
          <Findings title={k("wouldRefuseSaving")} problems={shown.problems} />
          <Findings title={k("wouldRefusePublishing")} problems={shown.unfinished} />
          <KeptBack found={shown.kept_back} />
          <Pieces chunks={shown.chunks} />
        </>
      )}
      {!shown && !failure && <p class="k-wait">{k("loading")}</p>}
    </section>
  );
}

function Findings({ title, problems }: { title: string; problems: Page["problems"] }) {
  if (problems.length === 0) return null;
  return (
    <div class="k-problems">
      <h3>{title}</h3>
      <ul>
        {problems.map((each) => (
          <li key={each.field + each.problem}>
            {named("field", each.field)} {each.problem}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The pieces that the assistant finds and answers from, as the text is cut now. */
function Pieces({ chunks }: { chunks: Page["chunks"] }) {
  if (chunks.length === 0) return null;
  return (
    <details class="k-pieces">
      <summary>{k("pieces", { count: chunks.length })}</summary>
      <ol>
        {chunks.map((each, at) => (
          <li key={at}>
            <strong>{each.section || k("beginning")}</strong> <span class="soft">{k("words", { count: each.words })}</span>
            {each.asked.length > 0 && <p class="soft">{k("asked", { questions: each.asked.join(" · ") })}</p>}
          </li>
        ))}
      </ol>
    </details>
  );
}
