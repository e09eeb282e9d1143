import type { Summary } from "./calls";
import { Opens, Section, Table } from "./Section";
import { type Common, csvOf, type Scope, sharing } from "./scope";
import { n, plain } from "./words";

type Tallied = "handover_reasons" | "contact_drivers" | "queues" | "excluded" | "silence_reasons";
const TALLIES: readonly { of: Tallied; title: string; by: Common["by"] }[] = [
  { of: "handover_reasons", title: n("reasons"), by: "reason" },
  { of: "contact_drivers", title: n("drivers"), by: "intent" },
  { of: "queues", title: n("queues"), by: "queue" },
  { of: "silence_reasons", title: n("silences"), by: "because" },
  { of: "excluded", title: n("excluded"), by: "exclusion" },
];

/** What customers came with, why people took over, where they waited, why the judge speaks so of silence, and what does
 * not count; each opens its episodes. */
export function Tallies({ summary, scope }: { summary: Summary; scope: Scope }) {
  return (
    <div class="i-tallies">
      {TALLIES.map(({ of, title, by }) => (
        <Section key={of} id={`i-${by}s`} title={title} csv={csvOf.tallies(scope, of)} file={of}>
          <Table named={`i-${by}s`} columns={[n(`by_${by}`), n("episodes")]}>
            {summary[of].map((row) => (
              <tr key={row.key}>
                <th scope="row">{plain(row.key)}</th>
                <td>
                  <Opens to={sharing({ by, value: row.key }, scope)} any={row.n > 0}>
                    {row.n}
                  </Opens>
                </td>
              </tr>
            ))}
          </Table>
          {summary[of].length === 0 && <p class="soft">{n("nobody")}</p>}
        </Section>
      ))}
    </div>
  );
}

/** How many issues came to what, on which evidence. */
export function Counts({ summary, scope }: { summary: Summary; scope: Scope }) {
  const counted = new Map(summary.counts.map(({ key, n: count }) => [key, count]));
  const parts = (at: 0 | 1) => [...new Set(summary.counts.map(({ key }) => key.split("/")[at] ?? ""))].sort();
  const evidences = parts(1);
  return (
    <Section id="i-counts" title={n("counts")} csv={csvOf.tallies(scope, "counts")} file="outcomes">
      <Table named="i-counts" columns={[n("status"), ...evidences.map(plain)]}>
        {parts(0).map((status) => (
          <tr key={status}>
            <th scope="row">{plain(status)}</th>
            {evidences.map((evidence) => {
              const value = `${status}/${evidence}`;
              const count = counted.get(value) ?? 0;
              return (
                <td key={evidence}>
                  <Opens to={sharing({ by: "outcome", value }, scope)} any={count > 0}>
                    {count}
                  </Opens>
                </td>
              );
            })}
          </tr>
        ))}
      </Table>
    </Section>
  );
}
