import { useMemo } from "preact/hooks";
import { agentName, EMPTY, reduceAll } from "../../shared/reduce";
import type { LogEvent } from "../../shared/types";
import { Story } from "../components/Story";
import { useLoad } from "../knowledge/load";
import { Await } from "../knowledge/parts";
import { address } from "./address";
import { Comments } from "./Comments";
import type { Opened, Question, Sample } from "./calls";
import type { Part } from "./part";
import { MakeScenario } from "./MakeScenario";
import { ScorecardForm } from "./ScorecardForm";
import { percent, q, told } from "./words";

interface Read {
  questions: Question[];
  opened: Opened;
  events: LogEvent[];
}

/** One transcript beside the scorecard. */
export function ReviewPage({ calls, desk, id }: Part & { id: string }) {
  const load = useLoad<Read>(
    `sample:${id}`,
    async (signal) => {
      const [questions, { events, ...opened }] = await Promise.all([calls.scorecard(signal), calls.open(id, signal)]);
      return { questions, opened, events: events as unknown as LogEvent[] };
    },
    true,
  );
  return (
    <div class="k-page is-wide">
      <p>
        <a href={address({ page: "samples" })}>← {q("back")}</a>
      </p>
      <Await load={load}>
        {({ questions, opened, events }) => (
          <div class="q-review">
            <Transcript events={events} />
            <aside class="q-side">
              <SampleHead sample={opened.sample} questions={questions} />
              {opened.verdicts.map((each, at) => (
                <p key={at} class="soft">
                  {q("judgeSays", { said: each.said.replace(/_/g, " "), because: each.because.join("; ") })}
                </p>
              ))}
              <ScorecardForm
                key={opened.sample.reviews_done}
                questions={questions}
                sample={opened.sample}
                onJudge={async (judgement) => {
                  await calls.judge(id, judgement);
                  desk.toast(q("saved"));
                  load.again();
                }}
              />
              <Comments
                comments={opened.comments}
                events={events}
                onAdd={async (body) => {
                  await calls.comment(opened.sample.conversation_id, body);
                  load.again();
                }}
              />
              <MakeScenario calls={calls} conversation={opened.sample.conversation_id} />
            </aside>
          </div>
        )}
      </Await>
    </div>
  );
}

function Transcript({ events }: { events: LogEvent[] }) {
  const conversation = useMemo(() => reduceAll(EMPTY, events), [events]);
  return (
    <section class="q-transcript" aria-label={q("transcript")}>
      <Story conversation={conversation} customer={q("customer")} names={(author) => agentName(conversation, author) ?? author} onRetry={() => undefined} />
    </section>
  );
}

function SampleHead({ sample, questions }: { sample: Sample; questions: Question[] }) {
  const asks = (id: string) => questions.find((each) => each.id === id)?.asks ?? id;
  return (
    <header class="q-head">
      <h1>{told("rule", sample.rule)}</h1>
      <p class="soft">{sample.because}</p>
      {sample.reviews.map((review) => (
        <p key={review.reviewer} class="q-judged">
          <strong>{review.reviewer_name}</strong>{" "}
          {review.failed.length ? q("spoiled", { questions: review.failed.map(asks).join("”, “") }) : q("scoreOf", { score: percent(review.score) })}
          <span class="soft">
            {" "}
            · {q("outcome")} {told("outcome", review.outcome)} · {q("handover")}: {told("handover", review.handover)}
          </span>
          {review.note && <span class="q-note">{review.note}</span>}
        </p>
      ))}
      {sample.state === "half" && sample.mine && <p class="soft">{q("othersLater")}</p>}
    </header>
  );
}
