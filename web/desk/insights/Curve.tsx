import type { Summary } from "./calls";
import { share } from "./format";
import { Opens, Section, Table } from "./Section";
import { behind, type Scope } from "./scope";
import { n } from "./words";

const WIDTH = 560;
const HEIGHT = 160;

/** Repeat contact as a survival curve with its interval; the same as a table below. */
export function Curve({ summary, scope, csv }: { summary: Summary; scope: Scope; csv: string }) {
  const points = summary.repeat_curve;
  const last = points.at(-1);
  if (!last || points[0]?.at_risk === 0) return null;
  const x = (day: number) => (day / (last.days || 1)) * WIDTH;
  const y = (kept: number) => (1 - kept) * HEIGHT;
  const line = points.map((point) => `${x(point.days)},${y(point.kept)}`).join(" ");
  const area = [...points.map((p) => `${x(p.days)},${y(p.high)}`), ...[...points].reverse().map((p) => `${x(p.days)},${y(p.low)}`)].join(" ");
  const returned = (days: number) => summary.metrics.find((each) => each.name === `repeat_${days}d`);
  return (
    <Section id="i-curve" title={n("curve")} csv={csv} file="repeat">
      <svg class="i-plot" viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`} role="img" aria-label={n("curveText", { day: last.days, kept: share(last.kept) })}>
        <polygon class="i-area" points={area} />
        <polyline class="i-line" points={line} />
      </svg>
      <p class="soft">{n("curveText", { day: last.days, kept: share(last.kept) })}</p>
      <details>
        <summary>{n("asTable")}</summary>
        <Table named="i-curve" columns={[n("day"), n("kept"), n("interval"), n("watched"), n("back_within")]}>
          {points.map((point) => {
            const back = returned(point.days);
            return (
              <tr key={point.days}>
                <th scope="row">{point.days}</th>
                <td>{share(point.kept)}</td>
                <td>
                  {share(point.low)} – {share(point.high)}
                </td>
                <td>{point.at_risk}</td>
                <td>
                  {back && (
                    <Opens to={behind(back.name, scope)} any={back.hits > 0}>
                      {back.hits}
                    </Opens>
                  )}
                </td>
              </tr>
            );
          })}
        </Table>
      </details>
    </Section>
  );
}
