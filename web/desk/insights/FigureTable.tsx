import type { Figure } from "./calls";
import { misses, valueOf } from "./format";
import { Opens, Section, Table } from "./Section";
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
    <Section id="i-figures" title={n("figures")} csv={csv} file="figures">
      <Table named="i-figures" columns={[n("figure"), n("value"), n("interval"), n("of"), n("target")]}>
        {figures.map((each) => (
          <tr key={each.name}>
            <th scope="row">
              {each.title} {each.note && each.value !== null && <span class="soft">{each.note}</span>}
            </th>
            <td>
              {each.value === null && each.note ? (
                <span class="soft">{each.note}</span>
              ) : (
                <Opens to={behind(each.name, scope)} any={each.hits > 0}>
                  {valueOf(each, each.value)}
                </Opens>
              )}
            </td>
            <td>{each.interval_95 ? `${valueOf(each, each.interval_95[0])} – ${valueOf(each, each.interval_95[1])}` : "–"}</td>
            <td>
              <Opens to={behind(each.name, scope, "all")} any={each.n > 0}>
                {each.n}
              </Opens>{" "}
              <span class="soft">{each.denominator}</span>
            </td>
            <td>
              {each.target !== null && n(each.wanted === "at least" ? "wanted_least" : "wanted_most", { target: valueOf(each, each.target) })}
              {misses(each) && <strong class="i-missed"> {n("missed")}</strong>}
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
