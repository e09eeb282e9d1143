import type { ComponentChildren } from "preact";
import { anyFile } from "../../contract/client";
import { addressOf } from "../../shared/api";
import { Markdown } from "../../shared/Markdown";
import type { Conversation, Echo } from "../../shared/reduce";
import type { Fact, FactOf, Mail, PacketStep } from "../../shared/types";
import { size } from "../format";
import type { Line } from "../state";
import { t } from "../words";
import { type Names, StaffFact } from "./StaffFact";
import { MailState } from "./MailState";
import { useAnchor } from "./anchors";
import { TranslatedText } from "./Translation";
import { When } from "./When";

interface Props {
  conversation: Conversation;
  customer: string;
  /** Who is meant by an author's id. */
  names: Names;
  onRetry: () => void;
  /** Takes a refused reply back to where it can be changed. */
  onTakeBack?: (echoId: string) => void;
  mailing?: Mailing;
  /** What was tried, from the packet: readings stand with the turn that made them. */
  tried?: readonly PacketStep[];
  /** Where translations are shown. */
  translation?: { lines: Readonly<Record<number, Line>>; into: string } | undefined;
}

/** What of it leaves by e-mail too. */
interface Mailing {
  mails: readonly Mail[];
  busy: boolean;
  again: (mailId: string) => void;
}

/** The whole conversation, as the log tells it: what was said, and between it what was understood, decided and done. */
export function Story({ conversation, customer, names, onRetry, onTakeBack, mailing, tried = [], translation }: Props) {
  // One mail may hold several messages: it stands under the last of them.
  const under = new Map(mailing?.mails.map((mail) => [mail.seqs[mail.seqs.length - 1], mail]));
  return (
    <ol class="story">
      {conversation.facts.map((fact) =>
        fact.type === "message.sent" ? (
          <Message key={fact.id} fact={fact} who={speaker(fact, customer, names)}>
            {translation && fact.data.text && <TranslatedText line={translation.lines[fact.seq]} into={translation.into} />}
            <Mailed mail={under.get(fact.seq)} mailing={mailing} />
          </Message>
        ) : (
          <StaffFact key={fact.id} names={names} fact={fact as Exclude<Fact, { type: "message.sent" }>} tried={tried} />
        ),
      )}
      {conversation.echoes.map((echo) => (
        <EchoMessage key={echo.id} echo={echo} onRetry={onRetry} onTakeBack={onTakeBack} />
      ))}
    </ol>
  );
}

function speaker(fact: FactOf<"message.sent">, customer: string, names: Names): string {
  if (fact.source === "customer") return customer;
  if (fact.source === "agent") return names(fact.data.author);
  return t(fact.source === "bot" ? "assistant" : "system");
}

/** An erasure marks what it emptied; a file that was sent without words is empty as well. */
function isErased({ data }: FactOf<"message.sent">): boolean {
  return !data.text && "erased" in data && data.erased === true;
}

function Mailed({ mail, mailing }: { mail: Mail | undefined; mailing: Mailing | undefined }) {
  if (!mail || !mailing) return null;
  return <MailState mail={mail} busy={mailing.busy} onAgain={() => mailing.again(mail.mail_id)} />;
}

function Message({ fact, who, children }: { fact: FactOf<"message.sent">; who: string; children: ComponentChildren }) {
  const { data } = fact;
  return (
    <li id={useAnchor(fact.seq)} class={`said by-${fact.source}`} tabIndex={-1}>
      <p class="said-head">
        <strong>{who}</strong>
        <When at={fact.occurred_at} />
      </p>
      <div class="said-text">
        {isErased(fact) && <p class="plain">{t("erased")}</p>}
        {fact.source === "customer" ? <p class="plain">{data.text}</p> : <Markdown text={data.text} base={location.origin} />}
      </div>
      {!!data.citations?.length && (
        <p class="said-more">
          {t("sources")}:{" "}
          {data.citations.map((citation, index) => (
            <>
              {index > 0 && "; "}
              <a href={citation.url} target="_blank" rel="noreferrer">{`${citation.title} · ${citation.section}`}</a>
            </>
          ))}
        </p>
      )}
      {data.attachments?.map((file) => (
        <p key={file.id} class="said-more">
          <a href={addressOf((request) => anyFile(request, file.id))} target="_blank" rel="noreferrer">
            {t("attachment", { name: file.name, size: size(file.size) })}
          </a>
        </p>
      ))}
      {!!data.choices?.length && (
        <p class="said-more">{t("shownChoices", { choices: data.choices.map((choice) => choice.label).join(" · ") })}</p>
      )}
      {children}
    </li>
  );
}

function EchoMessage({ echo, onRetry, onTakeBack }: { echo: Echo } & Pick<Props, "onRetry" | "onTakeBack">) {
  return (
    <li class={`said by-agent is-${echo.status}`}>
      <p class="said-head">
        <strong>{t("you")}</strong>
        <span>{echo.status === "failed" || echo.status === "refused" ? "" : t("sending")}</span>
      </p>
      <div class="said-text">
        <p class="plain">{echo.text}</p>
      </div>
      {echo.status === "failed" && (
        <p class="problem">
          {t("notSent")}{" "}
          <button type="button" class="link" onClick={onRetry}>
            {t("again")}
          </button>
        </p>
      )}
      {echo.status === "refused" && (
        <p class="problem">
          {echo.reason}{" "}
          {onTakeBack && (
            <button type="button" class="link" onClick={() => onTakeBack(echo.id)}>
              {t("takeBack")}
            </button>
          )}
        </p>
      )}
    </li>
  );
}
