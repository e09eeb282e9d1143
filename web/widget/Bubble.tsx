import { Markdown } from "../shared/Markdown";
import { safeHref } from "../shared/markdown";
import type { Echo, OpenChoices } from "../shared/reduce";
import type { ChoiceButton, Citation, FactOf } from "../shared/types";
import { CheckIcon, LinkIcon } from "./icons";
import type { Words } from "./words";

interface MessageProps {
  fact: FactOf<"message.sent">;
  who: string;
  /** First of several messages by the same writer: carries the name. */
  head: boolean;
  server: string;
  words: Words;
  choices: OpenChoices | null;
  onChoose: (choice: ChoiceButton) => void;
}

export function MessageBubble({ fact, who, head, server, words, choices, onChoose }: MessageProps) {
  const { data, source } = fact;
  const mine = source === "customer";
  const open = choices?.seq === fact.seq ? choices : null;
  return (
    <li class={`message from-${source}${head ? " is-head" : ""}`}>
      <p class={mine ? "hidden" : "who"}>{head || mine ? who : null}</p>
      <div class="bubble">{mine ? <p>{data.text}</p> : <Markdown text={data.text} base={server} />}</div>
      {!!data.attachments?.length && (
        <ul class="attachments">
          {data.attachments.map((file) => (
            <li key={file.id}>{words("attachment", { name: file.name })}</li>
          ))}
        </ul>
      )}
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
      <Time at={fact.occurred_at} />
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
      <div class="bubble">
        <p>{echo.text}</p>
      </div>
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

function Time({ at }: { at: string }) {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return null;
  const today = when.toDateString() === new Date().toDateString();
  const text = today
    ? when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : when.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return (
    <time class="time" dateTime={at}>
      {text}
    </time>
  );
}
