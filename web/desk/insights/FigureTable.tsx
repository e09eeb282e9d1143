import type { Figure } from "./calls";
import { misses, valueOf } from "./format";
import { behind, type Scope } from "./scope";
import { n } from "./words";

interface Props {
  figures: Figure[];
  scope: Scope;
  csv: string;
}

/** Every figure with its interval, what it is taken of, and the target of good practice beside it. */
export function FigureTable({ figures, scope, csv }: Props) {
  return (
    <section aria-labelledby="i-figures">
      <header class="k-head is-small">
        <h2 id="i-figures">{n("figures")}</h2>
        <a href={csv} download="figures.csv">
          {n("csv")}
        </a>
      </header>
      <div class="q-scroll" tabIndex={0} role="group" aria-labelledby="i-figures">
        <table class="k-table">
          <thead>
            <tr>
              <th scope="col">{n("figure")}</th>
              <th scope="col">{n("value")}</th>
              <th scope="col">{n("interval")}</th>
              <th scope="col">{n("of")}</th>
              <th scope="col">{n("target")}</th>
            </tr>
          </thead>
          <tbody>
            {figures.map((each) => (
              <tr key={each.name}>
                <th scope="row">
                  {each.title} {each.note && <span class="soft">{each.note}</span>}
                </th>
                <td>{each.unit === "share" && each.hits > 0 ? <a href={behind(each.name, scope)}>{valueOf(each, each.value)}</a> : valueOf(each, each.value)}</td>
                <td>{each.interval_95 ? `${valueOf(each, each.interval_95[0])} – ${valueOf(each, each.interval_95[1])}` : "–"}</td>
                <td>
                  {each.unit === "share" && each.n > 0 ? <a href={behind(each.name, scope, "all")}>{each.n}</a> : each.n} <span class="soft">{each.denominator}</span>
                </td>
                <td>
                  {each.target !== null && n(each.wanted === "at least" ? "wanted_least" : "wanted_most", { target: valueOf(each, each.target) })}
                  {misses(each) && <strong class="i-missed"> {n("missed")}</strong>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
