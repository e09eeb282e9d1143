import { useState } from "preact/hooks";
import { useLoad } from "../knowledge/load";
import { Await } from "../knowledge/parts";
import type { Figure, InsightsCalls } from "./calls";
import { between, share } from "./format";
import { FigureChoice, Opens, Section, Table } from "./Section";
import { behind, csvOf, keyOf, type Scope } from "./scope";
import { n } from "./words";

const HEIGHT = 120;
const STEP = 18;

/** One share day by day: bars with their intervals, and the same as a table. */
export function TrendChart({ calls, scope, figures }: { calls: InsightsCalls; scope: Scope; figures: Figure[] }) {
  const [metric, setMetric] = useState("resolution");
  const load = useLoad(`trend:${keyOf(scope)}:${metric}`, (signal) => calls.trend(scope, "day", metric, signal), true);
  const choice = <FigureChoice figures={figures} value={metric} onChange={setMetric} />;
  return (
    <Section id="i-trend" title={n("trend")} csv={csvOf.trends(scope, "day", metric)} file="trend" choices={choice}>
      <Await load={load}>
        {(rows) =>
          rows.length === 0 ? (
            <p class="soft">{n("nobody")}</p>
          ) : (
            <>
              <svg class="i-plot" viewBox={`0 0 ${Math.max(rows.length * STEP, 180)} ${HEIGHT}`} role="img" aria-label={rows.map((row) => `${row.key}: ${share(row.value)}`).join("; ")}>
                {rows.map((row, at) => {
                  const tall = (row.value ?? 0) * HEIGHT;
                  const [low, high] = row.interval_95 ?? [0, 0];
                  const middle = at * STEP + STEP / 2;
                  return (
                    <g key={row.key}>
                      <rect class="i-bar" x={at * STEP + 2} y={HEIGHT - tall} width={STEP - 4} height={tall} />
                      {row.interval_95 && <path class="i-whisker" d={`M${middle} ${(1 - low) * HEIGHT}V${(1 - high) * HEIGHT}M${middle - 3} ${(1 - low) * HEIGHT}h6M${middle - 3} ${(1 - high) * HEIGHT}h6`} />}
                    </g>
                  );
                })}
              </svg>
              <details>
                <summary>{n("asTable")}</summary>
                <Table named="i-trend" columns={[n("day"), n("value"), n("interval"), n("of")]}>
                  {rows.map((row) => (
                    <tr key={row.key}>
                      <th scope="row">{row.key}</th>
                      <td>
                        <Opens to={behind(metric, scope, "hits", { by: "day", value: row.key })} any={row.hits > 0}>
                          {share(row.value)}
                        </Opens>
                      </td>
                      <td>{between(row.interval_95)}</td>
                      <td>
                        <Opens to={behind(metric, scope, "all", { by: "day", value: row.key })} any={row.n > 0}>
                          {row.n}
                        </Opens>
                      </td>
                    </tr>
                  ))}
                </Table>
              </details>
            </>
          )
        }
      </Await>
    </Section>
  );
}
