import { useState } from "preact/hooks";
import { sentence } from "../controller";
import { Trouble } from "../knowledge/parts";
import type { Made, QualityCalls } from "./calls";
import { q } from "./words";

/** A scenario of this conversation, without what names anybody; followed until the same issue is next resolved. */
export function MakeScenario({ calls, conversation }: { calls: QualityCalls; conversation: string }) {
  const [about, setAbout] = useState("");
  const [made, setMade] = useState<Made | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function make(event: Event) {
    event.preventDefault();
    setProblem("");
    setBusy(true);
    try {
      setMade(await calls.makeScenario(conversation, about.trim()));
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section class="q-scenario" aria-labelledby="q-scenario">
      <h2 id="q-scenario">{q("scenario")}</h2>
      <p class="soft">{q("scenarioMore")}</p>
      {!made && (
        <form onSubmit={(event) => void make(event)}>
          <label class="k-field">
            <span>{q("scenarioAbout")}</span>
            <input value={about} maxLength={300} onInput={(event) => setAbout(event.currentTarget.value)} />
          </label>
          <button type="submit" class="button" disabled={busy}>
            {q("scenarioMake")}
          </button>
        </form>
      )}
      {problem && <Trouble text={problem} />}
      <div role="status">
        {made && (
          <>
            <p>{made.resolved_by ? q("scenarioResolved", { conversation: made.resolved_by }) : q("scenarioOpen")}</p>
            <p>
              <a download={`${made.scenario_id}.yaml`} href={`data:text/yaml;charset=utf-8,${encodeURIComponent(made.yaml)}`}>
                {q("scenarioDownload")}
              </a>
            </p>
          </>
        )}
      </div>
    </section>
  );
}
