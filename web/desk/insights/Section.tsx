/** What the sections of the page have in common: a heading with its choices and CSV, and a table that scrolls by itself. */
import type { ComponentChildren } from "preact";
import { Choice } from "../knowledge/parts";
import type { Figure } from "./calls";
import { n } from "./words";

interface SectionProps {
  id: string;
  title: string;
  csv: string;
  /** The name of the file that the CSV is saved as. */
  file: string;
  choices?: ComponentChildren;
  framed?: boolean;
  children: ComponentChildren;
}

export function Section({ id, title, csv, file, choices, framed, children }: SectionProps) {
  return (
    <section class={framed ? "i-headline" : undefined} aria-labelledby={id}>
      <header class="k-head is-small">
        <h2 id={id}>{title}</h2>
        <div class="actions">
          {choices}
          <a href={csv} download={`${file}.csv`}>
            {n("csv")}
          </a>
        </div>
      </header>
      {children}
    </section>
  );
}

/** Which figure is shown. A mean has no bar of a share's height, and the survival curve is a chart of its own. */
export function FigureChoice({ figures, value, onChange }: { figures: Figure[]; value: string; onChange: (name: string) => void }) {
  const shares = figures.filter((each) => each.method === "wilson");
  return <Choice label={n("metric")} value={value} options={shares.map((each) => [each.name, each.title] as const)} onChange={onChange} />;
}

/** `named` is the id of the heading that the table belongs to. */
export function Table({ named, columns, children }: { named: string; columns: readonly string[]; children: ComponentChildren }) {
  return (
    <div class="q-scroll" tabIndex={0} role="group" aria-labelledby={named}>
      <table class="k-table">
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A number that opens the episodes behind it, where there are any. */
export function Opens({ to, any, children }: { to: string; any: boolean; children: ComponentChildren }) {
  return any ? <a href={to}>{children}</a> : <>{children}</>;
}
