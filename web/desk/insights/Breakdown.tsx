import { useState } from "preact/hooks";
import { useLoad } from "../knowledge/load";
import { Await, Choice } from "../knowledge/parts";
import type { Figure, InsightsCalls, Trend } from "./calls";
import { between, share } from "./format";
import { FigureChoice, Opens, Section, Table } from "./Section";
import { behind, csvOf, DIMENSIONS, type Dimension, figuresOf, keyOf, type Scope } from "./scope";
import { n, plain } from "./words";

/** One share of each intent, channel, version or article; a row narrows every figure to itself. */
export function Breakdown({ calls, scope, figures }: { calls: InsightsCalls; scope: Scope; figures: Figure[] }) {
  const [metric, setMetric] = useState("resolution");
  const [by, setBy] = useState<Dimension>("intent");
  const load = useLoad(`by:${by}:${metric}:${keyOf(scope)}`, (signal) => calls.trend(scope, by, metric, signal), true);
  const title = figures.find((each) => each.name === metric)?.title ?? plain(metric);
  const choices = (
    <>
      <Choice label={n("by")} value={by} options={DIMENSIONS.map((each) => [each, n(`by_${each}`)] as const)} onChange={(value) => setBy(value as Dimension)} />
      <FigureChoice figures={figures} value={metric} onChange={setMetric} />
    </>
  );
  return (
    <Section id="i-by" title={n("breakdown")} csv={csvOf.trends(scope, by, metric)} file={by} choices={choices}>
      <Await load={load}>
        {(rows) =>
          rows.length === 0 ? (
            <p class="soft">{n("nobody")}</p>
          ) : (
            <Table named="i-by" columns={[n(`by_${by}`), title, n("interval"), n("of")]}>
              {rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row">{row.key ? <a href={figuresOf({ days: scope.days, only: { by, value: row.key } })}>{plain(row.key)}</a> : "–"}</th>
                  <td>
                    <Opens to={behind(metric, scope, "hits", { by, value: row.key })} any={row.hits > 0}>
                      {share(row.value)}
                    </Opens>
                    <Whisker row={row} />
                  </td>
                  <td>{between(row.interval_95)}</td>
                  <td>
                    <Opens to={behind(metric, scope, "all", { by, value: row.key })} any={row.n > 0}>
                      {row.n}
                    </Opens>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Await>
    </Section>
  );
}

const WIDE = 120;

/** A share as a bar with its interval; both stand in the table's cells beside it. */
export function Whisker({ row }: { row: Pick<Trend, "value" | "interval_95"> }) {
  const [low, high] = row.interval_95 ?? [0, 0];
  return (
    <svg class="i-row" viewBox={`0 0 ${WIDE} 12`} aria-hidden="true">
      <rect class="i-bar" x="0" y="2" width={(row.value ?? 0) * WIDE} height="8" />
      {row.interval_95 && <path class="i-whisker" d={`M${low * WIDE} 6H${high * WIDE}M${low * WIDE} 3V9M${high * WIDE} 3V9`} />}
    </svg>
  );
}
