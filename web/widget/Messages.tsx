import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Controller } from "./controller";
import { EchoBubble, MessageBubble } from "./Bubble";
import { DownIcon } from "./icons";
import { later } from "./Lazy";
import { messageLeft, nobodyThere, openSurvey, saidWhetherSolved, type WidgetState } from "./state";
import { timeline } from "./timeline";
import type { Words } from "./words";

interface Props {
  controller: Controller;
  words: Words;
  locale: string;
  server: string;
  house: string;
  starters: string[];
  state: WidgetState;
  /** Puts the focus back into the composer when a pressed button goes away. */
  refocus: () => void;
}

const NEAR_PX = 80;
const Waiting = later(() => import("./parts/Waiting"));
const Survey = later(() => import("./parts/Survey"));

export function Messages({ controller, words, locale, server, house, starters, state, refocus }: Props) {
  const { conversation } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const lastTop = useRef(0);
  const [below, setBelow] = useState(false);
  const items = timeline(conversation, house, words);
  const ended = conversation.owner.kind === "none";
  const asked = ended && !saidWhetherSolved(state);
  const survey = openSurvey(state);
  const left = conversation.owner.kind === "queue" ? messageLeft(state) : null;
  const away = !!left || nobodyThere(state);
  const greeting = state.greeting;
  const lastEcho = conversation.echoes[conversation.echoes.length - 1];

  const toEnd = () => {
    const area = scroller.current;
    if (area) area.scrollTop = area.scrollHeight;
  };
  useLayoutEffect(toEnd, [lastEcho?.id]);
  useLayoutEffect(() => {
    if (near.current) toEnd();
    else setBelow(true);
  }, [conversation.facts.length, state.typing, state.notice, survey?.episode, away]);

  // A picture or a form that arrives late must not push the newest message out of sight.
  useEffect(() => {
    if (!content.current || typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(() => {
      if (near.current) toEnd();
    });
    watch.observe(content.current);
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const area = scroller.current;
    if (!area) return;
    // What grows below moves nobody away from the end: only a reader who goes up does.
    if (area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX) {
      near.current = true;
      setBelow(false);
    } else if (area.scrollTop < lastTop.current) near.current = false;
    lastTop.current = area.scrollTop;
  };

  const empty = items.length === 0 && conversation.echoes.length === 0;
  return (
    <div class="middle">
      <div ref={scroller} class="messages" tabIndex={0} role="region" aria-label={words("messages")} onScroll={onScroll}>
        <div ref={content}>
          {empty && (
            <div class="welcome">
              <p class="welcome-title">{words("greeting")}</p>
              <p>{words("greetingMore")}</p>
              {greeting && <p class="bubble">{greeting.text}</p>}
              <div class="choices">
                {(greeting ? [greeting.question, ...starters] : starters).map((text) => (
                  <button
                    key={text}
                    type="button"
                    class="choice"
                    onClick={() => {
                      controller.send(text);
                      refocus();
                    }}
                  >
                    {text}
                  </button>
                ))}
              </div>
            </div>
          )}
          <ol class="list">
            {items.map((item) => {
              if (item.kind === "line")
                return (
                  <li key={item.key} class="line">
                    {item.text}
                  </li>
                );
              if (item.kind === "failure")
                return (
                  <li key={item.key} class="failure">
                    {item.text}
                  </li>
                );
              return (
                <MessageBubble
                  key={item.fact.id}
                  fact={item.fact}
                  who={item.who}
                  head={item.head}
                  server={server}
                  words={words}
                  locale={locale}
                  controller={controller}
                  choices={conversation.choices}
                  onChoose={(choice) => {
                    controller.choose(choice);
                    refocus();
                  }}
                />
              );
            })}
            {conversation.echoes.map((echo) => (
              <EchoBubble key={echo.id} echo={echo} words={words} onRetry={() => controller.retry()} />
            ))}
          </ol>
          {state.typing && <Typing who={state.typing} state={state} words={words} />}
          {away && <Waiting controller={controller} words={words} locale={locale} left={left} keeps={state.keepsPlace} refocus={refocus} />}
          {survey && <Survey controller={controller} words={words} survey={survey} follows={state.feedback === "solved"} />}
          {ended && <Ending controller={controller} words={words} ask={asked} />}
        </div>
      </div>
      {below && (
        <button type="button" class="below" onClick={toEnd}>
          <DownIcon />
          {words("newMessages")}
        </button>
      )}
    </div>
  );
}

function Typing({ who, state, words }: { who: string; state: WidgetState; words: Words }) {
  const { owner } = state.conversation;
  const name = owner.kind === "agent" ? owner.name : words("someone");
  return (
    <p class="typing">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span class="hidden">{who === "bot" ? words("typingBot") : words("typingAgent", { name })}</span>
    </p>
  );
}

function Ending({ controller, words, ask }: { controller: Controller; words: Words; ask: boolean }) {
  return (
    <div class="ending">
      {ask && (
        <fieldset>
          <legend>{words("solvedQuestion")}</legend>
          <button type="button" class="choice" onClick={() => void controller.ending.feedback("solved")}>
            {words("solvedYes")}
          </button>
          <button type="button" class="choice" onClick={() => void controller.ending.feedback("not_solved")}>
            {words("solvedNo")}
          </button>
        </fieldset>
      )}
      <button type="button" class="quiet" onClick={() => controller.begin(true)}>
        {words("newConversation")}
      </button>
    </div>
  );
}
