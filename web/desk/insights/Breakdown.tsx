import { useState } from "preact/hooks";
import { useLoad } from "../knowledge/load";
import { Await, Choice } from "../knowledge/parts";
import type { InsightsCalls } from "./calls";
import { share } from "./format";
import { csvOf, DIMENSIONS, type Dimension, figuresOf, keyOf, type Scope } from "./scope";
import { n, plain } from "./words";

/** The resolution rate of each intent, channel, version or article; a row narrows every figure to itself. */
export function Breakdown({ calls, scope }: { calls: InsightsCalls; scope: Scope }) {
  const [by, setBy] = useState<Dimension>("intent");
  const load = useLoad(`by:${by}:${keyOf(scope)}`, (signal) => calls.trend(scope, by, "resolution", signal), true);
  return (
    <section aria-labelledby="i-by">
      <header class="k-head is-small">
        <h2 id="i-by">{n("breakdown")}</h2>
        <div class="actions">
          <Choice label={n("by")} value={by} options={DIMENSIONS.map((each) => [each, n(`by_${each}`)] as const)} onChange={(value) => setBy(value as Dimension)} />
          <a href={csvOf("trends", scope, { by, metric: "resolution" })} download={`${by}.csv`}>
            {n("csv")}
          </a>
        </div>
      </header>
      <Await load={load}>
        {(rows) =>
          rows.length === 0 ? (
            <p class="soft">{n("nobody")}</p>
          ) : (
            <div class="q-scroll" tabIndex={0} role="group" aria-labelledby="i-by">
              <table class="k-table">
                <thead>
                  <tr>
                    <th scope="col">{n(`by_${by}`)}</th>
                    <th scope="col">{n("headline")}</th>
                    <th scope="col">{n("of")}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.key}>
                      <th scope="row">{row.key ? <a href={figuresOf({ days: scope.days, only: { by, value: row.key } })}>{plain(row.key)}</a> : "–"}</th>
                      <td>{share(row.value)}</td>
                      <td>{row.n}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Await>
    </section>
  );
}
