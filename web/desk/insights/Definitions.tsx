import { useLoad } from "../knowledge/load";
import { Await } from "../knowledge/parts";
import type { InsightsCalls } from "./calls";
import { share } from "./format";
import { apart, csvOf, keyOf, type Scope } from "./scope";
import { n } from "./words";

/** The same conversations under every vendor's definition of "resolved"; the disagreements are one click away. */
export function Definitions({ calls, scope }: { calls: InsightsCalls; scope: Scope }) {
  const load = useLoad(`definitions:${keyOf(scope)}`, (signal) => calls.definitions(scope, signal), true);
  return (
    <section aria-labelledby="i-definitions">
      <header class="k-head is-small">
        <h2 id="i-definitions">{n("definitions")}</h2>
        <a href={csvOf("definitions", scope)} download="definitions.csv">
          {n("csv")}
        </a>
      </header>
      <p class="soft">{n("definitionsMore")}</p>
      <Await load={load}>
        {(vendors) => (
          <div class="q-scroll" tabIndex={0} role="group" aria-labelledby="i-definitions">
            <table class="k-table">
              <thead>
                <tr>
                  <th scope="col">{n("definition")}</th>
                  <th scope="col">{n("value")}</th>
                  <th scope="col">{n("interval")}</th>
                  <th scope="col">{n("of")}</th>
                  <th scope="col">{n("onlyTheirs")}</th>
                  <th scope="col">{n("onlyOurs")}</th>
                </tr>
              </thead>
              <tbody>
                {vendors.map((each) => (
                  <tr key={each.name}>
                    <th scope="row">
                      {each.title} <span class="soft">{`${each.rule}; ${each.window}`}</span>
                    </th>
                    <td>{share(each.value)}</td>
                    <td>{each.interval_95 ? `${share(each.interval_95[0])} – ${share(each.interval_95[1])}` : "–"}</td>
                    <td>
                      {each.n} <span class="soft">{each.denominator}</span>
                    </td>
                    <td>{each.only_theirs ? <a href={apart(each.name, "theirs", scope)}>{each.only_theirs}</a> : 0}</td>
                    <td>{each.only_ours ? <a href={apart(each.name, "ours", scope)}>{each.only_ours}</a> : 0}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Await>
    </section>
  );
}
