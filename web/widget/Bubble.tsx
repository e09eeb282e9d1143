import { Markdown } from "../shared/Markdown";
import { safeHref } from "../shared/markdown";
import type { Echo, OpenChoices } from "../shared/reduce";
import type { ChoiceButton, Citation, FactOf } from "../shared/types";
import type { Controller } from "./controller";
import { Portrait } from "./Portrait";
import { CheckIcon, FileIcon, LinkIcon } from "./icons";
import { later } from "./Lazy";
import { moment } from "./timeline";
import type { Words } from "./words";

const Files = later(() => import("./parts/Files"));

interface MessageProps {
  fact: FactOf<"message.sent">;
  who: string;
  /** First of several messages by the same writer: carries the name. */
  head: boolean;
  server: string;
  words: Words;
  locale: string;
  controller: Controller;
  choices: OpenChoices | null;
  onChoose: (choice: ChoiceButton) => void;
}

export function MessageBubble({ fact, who, head, server, words, locale, controller, choices, onChoose }: MessageProps) {
  const { data, source } = fact;
  const mine = source === "customer";
  const open = choices?.seq === fact.seq ? choices : null;
  return (
    <li class={`message from-${source}${head ? " is-head" : ""}`}>
      <p class={mine ? "hidden" : "who"}>
        {head && source === "agent" && (
          <span class="small-face" aria-hidden="true">
            <Portrait server={server} id={data.author} />
          </span>
        )}
        {head || mine ? who : null}
      </p>
      {data.text && <div class="bubble">{mine ? <p>{data.text}</p> : <Markdown text={data.text} base={server} />}</div>}
      {!!data.attachments?.length && <Files controller={controller} words={words} files={data.attachments} />}
      {!!data.citations?.length && <Sources citations={data.citations} server={server} words={words} />}
      {!!data.choices?.length && (
        <div class="choices" role="group" aria-label={words("choices")}>
          {data.choices.map((choice) => {
            const used = open?.used === choice.choice;
            return (
              <button
                key={choice.choice}
                type="button"
                class={used ? "choice is-used" : "choice"}
                disabled={!open || open.used !== null}
                onClick={() => onChoose(choice)}
              >
                {used && <CheckIcon />}
                {choice.label}
              </button>
            );
          })}
        </div>
      )}
      <Time at={fact.occurred_at} locale={locale} />
    </li>
  );
}

function Sources({ citations, server, words }: { citations: Citation[]; server: string; words: Words }) {
  return (
    <div class="sources">
      <p>{words("sources")}</p>
      <ul>
        {citations.map((citation) => {
          const href = citation.url ? safeHref(citation.url, server) : null;
          const label = citation.section && citation.section !== citation.title ? `${citation.title} · ${citation.section}` : citation.title;
          return (
            <li key={`${citation.article_id}-${citation.section}`}>
              <LinkIcon />
              {href ? (
                <a href={href} target="_blank" rel="noopener noreferrer">
                  {label}
                </a>
              ) : (
                <span>{label}</span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function EchoBubble({ echo, words, onRetry }: { echo: Echo; words: Words; onRetry: () => void }) {
  const failed = echo.status === "failed";
  return (
    <li class={`message from-customer is-echo is-${echo.status}`}>
      <p class="hidden">{words("you")}</p>
      {echo.text && (
        <div class="bubble">
          <p>{echo.text}</p>
        </div>
      )}
      {!!echo.attachments?.length && (
        <ul class="attachments">
          {echo.attachments.map(({ id, name }) => (
            <li key={id}>
              <span class="file">
                <FileIcon />
                <span class="file-name">{name}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {failed && (
        <p class="problem">
          {words("notSent")}{" "}
          <button type="button" class="quiet" onClick={onRetry}>
            {words("tryAgain")}
          </button>
        </p>
      )}
      {echo.status === "refused" && <p class="problem">{echo.reason ?? words("refused")}</p>}
      {(echo.status === "sending" || echo.status === "queued") && <p class="time">{words("sending")}</p>}
      {echo.status === "sent" && <p class="time">{words("sent")}</p>}
    </li>
  );
}

function Time({ at, locale }: { at: string; locale: string }) {
  const text = moment(at, locale);
  if (!text) return null;
  return (
    <time class="time" dateTime={at}>
      {text}
    </time>
  );
}
