import { useLoad } from "../knowledge/load";
import { Await, Empty, Head } from "../knowledge/parts";
import type { Made } from "./calls";
import type { Part } from "./part";
import { q } from "./words";

/** What was made of conversations, and whether its issue has been resolved since. */
export function Scenarios({ calls }: Part) {
  const load = useLoad("scenarios", (signal) => calls.scenarios(signal), true);
  return (
    <div class="k-page is-wide">
      <Head title={q("scenarios")} more={q("scenariosMore")} />
      <Await load={load}>{(made) => <ScenarioTable made={made} />}</Await>
    </div>
  );
}

export function ScenarioTable({ made }: { made: Made[] }) {
  if (made.length === 0)
    return (
      <Empty title={q("noScenarios")}>
        <p class="soft">{q("noScenariosMore")}</p>
      </Empty>
    );
  return (
    <div class="q-scroll" tabIndex={0} role="group" aria-label={q("scenarios")}>
      <table class="k-table">
        <thead>
          <tr>
            {(["scenarioMadeAt", "scenarioNeed", "scenarioOf", "scenarioState"] as const).map((each) => (
              <th key={each} scope="col">
                {q(each)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {made.map((each) => (
            <tr key={each.scenario_id}>
              <th scope="row">
                <a download={`${each.scenario_id}.yaml`} href={`data:text/yaml;charset=utf-8,${encodeURIComponent(each.yaml)}`}>
                  {new Date(each.made_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}
                </a>
              </th>
              <td>{each.topic?.replace(/_/g, " ") ?? "–"}</td>
              <td>{each.conversation_id}</td>
              <td>{each.resolved_by ? q("scenarioResolvedIn", { conversation: each.resolved_by }) : q("scenarioLinked")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
