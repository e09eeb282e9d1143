import { useState } from "preact/hooks";
import { useLoad } from "../knowledge/load";
import { Await, Choice } from "../knowledge/parts";
import type { Figure, InsightsCalls } from "./calls";
import { share } from "./format";
import { csvOf, keyOf, type Scope } from "./scope";
import { n } from "./words";

const HEIGHT = 120;
const STEP = 18;

/** One share day by day: bars, and the same as a table. */
export function TrendChart({ calls, scope, figures }: { calls: InsightsCalls; scope: Scope; figures: Figure[] }) {
  const [metric, setMetric] = useState("resolution");
  const load = useLoad(`trend:${keyOf(scope)}:${metric}`, (signal) => calls.trend(scope, "day", metric, signal), true);
  const shares = figures.filter((each) => each.unit === "share");
  const csv = csvOf("trends", scope, { by: "day", metric });
  return (
    <section aria-labelledby="i-trend">
      <header class="k-head is-small">
        <h2 id="i-trend">{n("trend")}</h2>
        <div class="actions">
          <Choice label={n("metric")} value={metric} options={shares.map((each) => [each.name, each.title] as const)} onChange={setMetric} />
          <a href={csv} download="trend.csv">
            {n("csv")}
          </a>
        </div>
      </header>
      <Await load={load}>
        {(rows) =>
          rows.length === 0 ? (
            <p class="soft">{n("nobody")}</p>
          ) : (
            <>
              <svg class="i-plot" viewBox={`0 0 ${Math.max(rows.length * STEP, 180)} ${HEIGHT}`} role="img" aria-label={rows.map((row) => `${row.key}: ${share(row.value)}`).join("; ")}>
                {rows.map((row, at) => {
                  const tall = (row.value ?? 0) * HEIGHT;
                  return <rect key={row.key} class="i-bar" x={at * STEP + 2} y={HEIGHT - tall} width={STEP - 4} height={tall} />;
                })}
              </svg>
              <details>
                <summary>{n("asTable")}</summary>
                <table class="k-table">
                  <thead>
                    <tr>
                      <th scope="col">{n("day")}</th>
                      <th scope="col">{n("value")}</th>
                      <th scope="col">{n("of")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row) => (
                      <tr key={row.key}>
                        <th scope="row">{row.key}</th>
                        <td>{share(row.value)}</td>
                        <td>{row.n}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </details>
            </>
          )
        }
      </Await>
    </section>
  );
}
