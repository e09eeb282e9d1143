import type { Summary } from "./calls";
import { share } from "./format";
import { n } from "./words";

const WIDTH = 560;
const HEIGHT = 160;

/** Repeat contact as a survival curve with its interval; the same as a table below. */
export function Curve({ points, csv }: { points: Summary["repeat_curve"]; csv: string }) {
  const last = points.at(-1);
  if (!last || points[0]?.at_risk === 0) return null;
  const x = (day: number) => (day / (last.days || 1)) * WIDTH;
  const y = (kept: number) => (1 - kept) * HEIGHT;
  const line = points.map((point) => `${x(point.days)},${y(point.kept)}`).join(" ");
  const area = [...points.map((p) => `${x(p.days)},${y(p.high)}`), ...[...points].reverse().map((p) => `${x(p.days)},${y(p.low)}`)].join(" ");
  return (
    <section aria-labelledby="i-curve">
      <header class="k-head is-small">
        <h2 id="i-curve">{n("curve")}</h2>
        <a href={csv} download="repeat.csv">
          {n("csv")}
        </a>
      </header>
      <svg class="i-plot" viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`} role="img" aria-label={n("curveText", { day: last.days, kept: share(last.kept) })}>
        <polygon class="i-area" points={area} />
        <polyline class="i-line" points={line} />
      </svg>
      <p class="soft">{n("curveText", { day: last.days, kept: share(last.kept) })}</p>
      <details>
        <summary>{n("asTable")}</summary>
        <table class="k-table">
          <thead>
            <tr>
              <th scope="col">{n("day")}</th>
              <th scope="col">{n("kept")}</th>
              <th scope="col">{n("interval")}</th>
              <th scope="col">{n("watched")}</th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.days}>
                <th scope="row">{point.days}</th>
                <td>{share(point.kept)}</td>
                <td>
                  {share(point.low)} – {share(point.high)}
                </td>
                <td>{point.at_risk}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
