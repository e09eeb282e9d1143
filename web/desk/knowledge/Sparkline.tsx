import { dayText, sparkPoints } from "./format";
import { k } from "./words";

const WIDTH = 96;
const HEIGHT = 28;

interface Props {
  weeks: readonly { week: string; count: number }[];
}

/** Questions a week as a small line; the same in words for who cannot see it. */
export function Sparkline({ weeks }: Props) {
  const counts = weeks.map((each) => each.count);
  const first = weeks[0];
  if (!first || weeks.length < 2) return null;
  const text = k("trendText", { since: dayText(first.week), counts: counts.join(", ") });
  return (
    <svg class="k-spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={text}>
      <title>{text}</title>
      <polyline points={sparkPoints(counts, WIDTH, HEIGHT)} />
    </svg>
  );
}

/** The weeks as a table, for reading the numbers. */
export function TrendTable({ weeks }: Props) {
  return (
    <details class="k-trend">
      <summary>{k("trendTable")}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{k("weekOf")}</th>
            <th scope="col">{k("questions")}</th>
          </tr>
        </thead>
        <tbody>
          {weeks.map((each) => (
            <tr key={each.week}>
              <th scope="row">{dayText(each.week)}</th>
              <td>{each.count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
