/** The public help articles, searched without leaving the conversation. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { safeHref } from "../../shared/markdown";
import type { Article } from "../calls";
import type { Controller } from "../controller";
import type { PartWords } from "./words";

interface Found {
  query: string;
  found: boolean;
  articles: Article[];
}

export default function Search({ controller, words, server }: { controller: Controller; words: PartWords; server: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [result, setResult] = useState<Found | null>(null);
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  useLayoutEffect(() => field.current?.focus(), []);

  const search = async (event: Event) => {
    event.preventDefault();
    const query = text.trim();
    if (!query || state === "busy") return;
    setState("busy");
    try {
      setResult({ query, ...(await controller.search(query)) });
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  const ask = () => {
    controller.show("chat");
    controller.send(result?.query ?? text);
  };

  return (
    <div class="search">
      <form role="search" onSubmit={search}>
        <input ref={field} type="search" value={text} maxLength={400} aria-label={words("searchField")} placeholder={words("searchField")} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="primary" disabled={!text.trim()}>
          {words("searchGo")}
        </button>
      </form>
      <div role="status">
        {state === "failed" && <p>{words("partFailed")}</p>}
        {state === "idle" && result && !result.found && <p>{words(result.articles.length ? "searchWeak" : "searchNone")}</p>}
      </div>
      {result && (
        <ol class="articles">
          {result.articles.map((article) => (
            <li key={article.url}>
              <a href={safeHref(article.url, server) ?? server} target="_blank" rel="noopener noreferrer">
                {article.title}
                {article.section !== article.title && ` · ${article.section}`}
              </a>
              <p>{article.excerpt}</p>
            </li>
          ))}
        </ol>
      )}
      {result && (
        <button type="button" class="choice" onClick={ask}>
          {words("searchAsk")}
        </button>
      )}
    </div>
  );
}
