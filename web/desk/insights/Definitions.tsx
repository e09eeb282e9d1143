import { useLoad } from "../knowledge/load";
import { Await } from "../knowledge/parts";
import type { InsightsCalls } from "./calls";
import { between, share } from "./format";
import { Opens, Section, Table } from "./Section";
import { apart, csvOf, keyOf, type Scope } from "./scope";
import { n } from "./words";

/** The same conversations under every vendor's definition of "resolved"; the disagreements are one click away. */
export function Definitions({ calls, scope }: { calls: InsightsCalls; scope: Scope }) {
  const load = useLoad(`definitions:${keyOf(scope)}`, (signal) => calls.definitions(scope, signal), true);
  return (
    <Section id="i-definitions" title={n("definitions")} csv={csvOf.definitions(scope)} file="definitions">
      <p class="soft">{n("definitionsMore")}</p>
      <Await load={load}>
        {(vendors) => (
          <Table named="i-definitions" columns={[n("definition"), n("value"), n("interval"), n("of"), n("onlyTheirs"), n("onlyOurs")]}>
            {vendors.map((each) => (
              <tr key={each.name}>
                <th scope="row">
                  {each.title} <span class="soft">{`${each.rule}; ${each.window}`}</span>
                </th>
                <td>
                  <Opens to={apart(each.name, "resolved", scope)} any={each.hits > 0}>
                    {share(each.value)}
                  </Opens>
                </td>
                <td>{between(each.interval_95)}</td>
                <td>
                  <Opens to={apart(each.name, "counted", scope)} any={each.n > 0}>
                    {each.n}
                  </Opens>{" "}
                  <span class="soft">{each.denominator}</span>
                </td>
                <td>
                  <Opens to={apart(each.name, "theirs", scope)} any={each.only_theirs > 0}>
                    {each.only_theirs}
                  </Opens>
                </td>
                <td>
                  <Opens to={apart(each.name, "ours", scope)} any={each.only_ours > 0}>
                    {each.only_ours}
                  </Opens>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
    </Section>
  );
}
