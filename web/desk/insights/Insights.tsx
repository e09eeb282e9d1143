import { useEffect, useMemo, useState } from "preact/hooks";
import type { Desk } from "../controller";
import { useLoad } from "../knowledge/load";
import { Await, Choice, Empty, Head } from "../knowledge/parts";
import type { DeskState } from "../state";
import { Breakdown } from "./Breakdown";
import { type InsightsCalls, insightsCalls, type Summary } from "./calls";
import { Curve } from "./Curve";
import { Definitions } from "./Definitions";
import { Episodes } from "./Episodes";
import { FigureTable } from "./FigureTable";
import { between, share } from "./format";
import { Judge } from "./Judge";
import { Opens, Section, Table } from "./Section";
import { behind, csvOf, csvOfList, figuresOf, keyOf, type Listed, listedOf, PERIODS, type Scope, scopeOf } from "./scope";
import { Counts, Tallies } from "./Tallies";
import { TrendChart } from "./TrendChart";
import "../knowledge/styles/frame.css";
import "../quality/quality.css";
import "./insights.css";
import { n, plain } from "./words";

const REFRESH_MS = 30_000;

export function Insights({ desk }: { desk: Desk; state: DeskState }) {
  const calls = useMemo(() => insightsCalls(desk.request), [desk]);
  const hash = useHash();
  const asked = new URLSearchParams(hash.split("?", 2)[1] ?? "");
  const scope = scopeOf(asked);
  const listed = listedOf(hash);
  return (
    <main class="k-main" tabIndex={-1}>
      <div class="k-page is-wide">
        {listed ? (
          <Episodes key={hash} calls={calls} desk={desk} name={hash} title={titleOf(listed)} list={(after, signal) => calls.episodes(scope, listed, after, signal)} back={figuresOf(scope)} csv={csvOfList(scope, listed)} />
        ) : (
          <Dashboard calls={calls} desk={desk} scope={scope} />
        )}
      </div>
    </main>
  );
}

function Dashboard({ calls, desk, scope }: { calls: InsightsCalls; desk: Desk; scope: Scope }) {
  const load = useLoad(`summary:${keyOf(scope)}`, (signal) => calls.summary(scope, signal), true);
  useEffect(() => {
    // Figures go on being counted while somebody looks at them.
    const timer = setInterval(() => document.hidden || load.again(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [load.again]);
  return (
    <>
      <Head title={n("insights")} more={n("insightsMore")}>
        <Choice label={n("period")} value={String(scope.days)} options={PERIODS.map((each) => [String(each), n("dayCount", { count: each })] as const)} onChange={(value) => location.replace(figuresOf({ ...scope, days: Number(value) }))} />
      </Head>
      {scope.only && (
        <p>
          <strong>{n("only", { by: n(`by_${scope.only.by}`), value: plain(scope.only.value) })}</strong> <a href={figuresOf({ ...scope, only: null })}>{n("showAll")}</a>
        </p>
      )}
      <Await load={load}>
        {(summary) => (
          <>
            <Headline summary={summary} scope={scope} />
            <Judge calls={calls} desk={desk} scope={scope} />
            <FigureTable figures={summary.metrics} scope={scope} csv={csvOf.summary(scope)} />
            <Counts summary={summary} scope={scope} />
            <TrendChart calls={calls} scope={scope} figures={summary.metrics} />
            <Breakdown calls={calls} scope={scope} figures={summary.metrics} />
            <Curve summary={summary} scope={scope} csv={csvOf.curve(scope)} />
            <Definitions calls={calls} scope={scope} />
            <Tallies summary={summary} scope={scope} />
          </>
        )}
      </Await>
    </>
  );
}

function titleOf({ metric, part, judged, definition, side, common }: Listed): string {
  if (definition) return n(`side_${side}`, { title: plain(definition) });
  const what = common && { by: n(`by_${common.by}`), value: plain(common.value) };
  // What is only counted by its reason, need or queue stands behind no figure.
  if (what && (!metric || (part === "all" && metric === "handover"))) return n("episodesWith", what);
  const title = judged === "none" ? n("silentNotJudged") : judged ? n("silentAnd", { said: plain(judged) }) : plain(metric ?? "");
  const episodes = n(part === "all" ? "episodesOfAll" : "episodesOf", { title });
  return what ? n("episodesAnd", { episodes, ...what }) : episodes;
}

/** The rate with its band of silence: one bar, and the same in words. */
function Headline({ summary, scope }: { summary: Summary; scope: Scope }) {
  const found = (name: string) => summary.metrics.find((each) => each.name === name);
  const rate = found("resolution");
  if (!rate || rate.value === null)
    return (
      <Empty title={n("none")}>
        <p class="soft">{n("noneMore")}</p>
      </Empty>
    );
  const silent = found("silence")?.value ?? 0;
  const bounds = rate.interval_95;
  const rest = Math.max(0, 1 - rate.value - silent);
  return (
    <Section id="i-headline" title={n("headline")} csv={csvOf.summary(scope)} file="figures" framed>
      <p class="i-rate">
        <a href={behind("resolution", scope)}>{share(rate.value)}</a>
        {bounds && (
          <span class="soft">
            {" "}
            {share(bounds[0])} – {share(bounds[1])}
          </span>
        )}
      </p>
      <p class="soft">{n("headlineMore", { n: rate.n })}</p>
      <div class="i-band" role="img" aria-label={n("bandText", { resolved: share(rate.value), silence: share(silent), rest: share(rest) })}>
        <span class="is-resolved" style={{ flexGrow: rate.value }} />
        <span class="is-silent" style={{ flexGrow: silent }} />
        <span style={{ flexGrow: rest }} />
      </div>
      <p>
        <a href={behind("silence", scope)}>{n("silence", { share: share(silent) })}</a> · <a href={behind("confirmation", scope)}>{n("confirmed", { share: share(found("confirmation")?.value) })}</a>
      </p>
      <details>
        <summary>{n("asTable")}</summary>
        <Table named="i-headline" columns={[n("figure"), n("value"), n("interval"), n("of")]}>
          {["resolution", "silence", "confirmation"].map((name) => {
            const each = found(name);
            return (
              each && (
                <tr key={name}>
                  <th scope="row">{each.title}</th>
                  <td>
                    <Opens to={behind(name, scope)} any={each.hits > 0}>
                      {share(each.value)}
                    </Opens>
                  </td>
                  <td>{between(each.interval_95)}</td>
                  <td>
                    <Opens to={behind(name, scope, "all")} any={each.n > 0}>
                      {each.n}
                    </Opens>
                  </td>
                </tr>
              )
            );
          })}
        </Table>
      </details>
    </Section>
  );
}

function useHash(): string {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return hash;
}
