import type { Summary } from "./calls";
import { Opens } from "./Section";
import { type Common, type Scope, sharing } from "./scope";
import { n, plain } from "./words";

/** What customers came with, why people took over, where they waited, and what does not count; each opens its episodes. */
export function Tallies({ summary, scope }: { summary: Summary; scope: Scope }) {
  return (
    <div class="i-tallies">
      <Tally title={n("reasons")} by="reason" rows={summary.handover_reasons} scope={scope} />
      <Tally title={n("drivers")} by="intent" rows={summary.contact_drivers} scope={scope} />
      <Tally title={n("queues")} by="queue" rows={summary.queues} scope={scope} />
      <Tally title={n("excluded")} by="exclusion" rows={summary.excluded} scope={scope} />
    </div>
  );
}

function Tally({ title, by, rows, scope }: { title: string; by: Common["by"]; rows: Summary["queues"]; scope: Scope }) {
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 && <p class="soft">{n("nobody")}</p>}
      <ul class="i-tally">
        {rows.map((row) => (
          <li key={row.key}>
            <span>{plain(row.key)}</span>{" "}
            <strong>
              <Opens to={sharing({ by, value: row.key }, scope)} any={row.n > 0}>
                {row.n}
              </Opens>
            </strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
