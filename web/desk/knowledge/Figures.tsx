import { useState } from "preact/hooks";
import type { ArticlePart } from "./part";
import { dayText, share } from "./format";
import { useLoad } from "./load";
import { Await, Bar, Choice, Empty } from "./parts";
import type { VersionFigures } from "./types";
import { k } from "./words";

const PERIODS = [30, 90, 365] as const;

/** What came of the answers that were taken from this article, version by version. */
export function Figures({ calls, detail }: ArticlePart) {
  const [days, setDays] = useState(90);
  const { id } = detail.article;
  const load = useLoad(`figures:${id}:${days}`, (signal) => calls.figures(id, days, signal), true);
  return (
    <section class="k-figures" aria-label={k("figures")}>
      <div class="k-find is-line">
        <Choice label={k("period")} value={String(days)} options={PERIODS.map((each) => [String(each), k("lastDays", { count: each })] as const)} onChange={(value) => setDays(Number(value))} />
      </div>
      <Await load={load}>
        {({ versions }) =>
          versions.some((each) => each.shown + each.helpful + each.not_helpful > 0) ? (
            <>
              <FiguresTable versions={versions} />
              <p class="soft">{k("figuresExplained")}</p>
            </>
          ) : (
            <Empty title={k("noFigures")}>
              <p class="soft">{k("noFiguresMore")}</p>
            </Empty>
          )
        }
      </Await>
    </section>
  );
}

function FiguresTable({ versions }: { versions: readonly VersionFigures[] }) {
  return (
    <div class="k-table" tabIndex={0} role="region" aria-label={k("figures")}>
      <table>
        <thead>
          <tr>
            {[k("version"), k("shown"), k("solved"), k("rejected"), k("silence"), k("handedOver"), k("repeat"), k("helpful")].map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {versions.map((each) => (
            <tr key={each.version}>
              <th scope="row">
                {k("versionIs", { version: each.version })}
                {each.published_at && <span class="soft k-when"> {dayText(each.published_at)}</span>}
              </th>
              <td>{each.shown}</td>
              <Part value={each.solved} whole={each.shown} bar />
              <Part value={each.rejected} whole={each.shown} bar />
              <Part value={each.silence} whole={each.shown} />
              <Part value={each.handed_over} whole={each.shown} />
              <Part value={each.repeat_contact} whole={each.shown} />
              <Part value={each.helpful} whole={each.helpful + each.not_helpful} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Part({ value, whole, bar = false }: { value: number; whole: number; bar?: boolean }) {
  return (
    <td>
      {value} {value > 0 && <span class="soft">{share(value, whole)}</span>}
      {bar && whole > 0 && <Bar value={whole ? value / whole : 0} />}
    </td>
  );
}
