import { useMemo, useState } from "preact/hooks";
import type { Schemas } from "../../shared/types";
import { useLoad } from "../knowledge/load";
import { Await, Bar, Choice, Empty, Head } from "../knowledge/parts";
import type { Question, Report } from "./calls";
import type { Part } from "./part";
import { percent, q } from "./words";

const PERIODS = [7, 28, 90, 365] as const;
type Found = Schemas["AgreementOut"];

/** What readers found, and how far they agree. */
export function Agreement({ calls }: Part) {
  const [days, setDays] = useState(28);
  const load = useLoad(
    `report:${days}`,
    async (signal) => {
      const [report, questions] = await Promise.all([calls.report(days, signal), calls.scorecard(signal)]);
      return { report, questions };
    },
    true,
  );
  return (
    <div class="k-page">
      <Head title={q("agreement")} more={q("agreementMore")} />
      <Choice label={q("period")} value={String(days)} options={PERIODS.map((each) => [String(each), q("dayCount", { count: each })] as const)} onChange={(value) => setDays(Number(value))} />
      <Await load={load}>
        {({ report, questions }) =>
          report.reviews === 0 ? (
            <Empty title={q("noReviews")}>
              <p class="soft">{q("noReviewsMore")}</p>
            </Empty>
          ) : (
            <Figures report={report} questions={questions} />
          )
        }
      </Await>
    </div>
  );
}

interface Line {
  id: string;
  asks: string;
  mean: number | null;
  found: Found;
}

function linesOf(report: Report, questions: Question[]): Line[] {
  const own = questions.flatMap((each) => {
    const found = report.questions[each.id];
    return found ? [{ id: each.id, asks: each.asks, mean: report.by_question[each.id] ?? null, found }] : [];
  });
  return [
    { id: "outcome", asks: q("outcome"), mean: null, found: report.outcome },
    { id: "handover", asks: q("handover"), mean: null, found: report.handover },
    ...own,
  ];
}

function Figures({ report, questions }: { report: Report; questions: Question[] }) {
  const lines = linesOf(report, questions);
  const spoiled = Object.values(report.failed).reduce((sum, each) => sum + each, 0);
  const csv = useMemo(() => URL.createObjectURL(new Blob([csvOf(lines)], { type: "text/csv" })), [report]);
  return (
    <>
      <dl class="q-totals">
        <div>
          <dt>{q("reviews")}</dt>
          <dd>{report.reviews}</dd>
        </div>
        <div>
          <dt>{q("meanScore")}</dt>
          <dd>{percent(report.mean_score)}</dd>
        </div>
        <div>
          <dt>{q("spoiledCount")}</dt>
          <dd>{spoiled}</dd>
        </div>
      </dl>
      {report.outcome.pairs === 0 && <p class="soft">{q("noPairs")}</p>}
      <div class="q-scroll" tabIndex={0} role="group" aria-label={q("agreement")}>
        <table class="k-table">
          <thead>
            <tr>
              <th scope="col">{q("question")}</th>
              <th scope="col">{q("mean")}</th>
              <th scope="col">{q("agree")}</th>
              <th scope="col">{q("kappa")}</th>
              <th scope="col">{q("interval")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ id, asks, mean, found }) => (
              <tr key={id}>
                <th scope="row">{asks}</th>
                <td>
                  {mean !== null && <Bar value={mean} />} {percent(mean)}
                </td>
                <td title={q("pairs", { count: found.pairs })}>{percent(found.share)}</td>
                <td>{figure(found.kappa)}</td>
                <td>{found.low === null ? "–" : `${figure(found.low)} … ${figure(found.high)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <a href={csv} download="agreement.csv">
          {q("csv")}
        </a>
      </p>
    </>
  );
}

const figure = (value: number | null) => (value === null ? "–" : value.toFixed(2));

function csvOf(lines: readonly Line[]): string {
  const rows = lines.map(({ id, mean, found }) => [id, mean, found.pairs, found.share, found.kappa, found.low, found.high]);
  return [["question", "mean", "pairs", "share", "kappa", "low", "high"], ...rows].map((row) => row.map((cell) => cell ?? "").join(",")).join("\n");
}
