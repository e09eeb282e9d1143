import { useState } from "preact/hooks";
import { type Desk, sentence } from "../controller";
import { useLoad } from "../knowledge/load";
import { Await, Trouble } from "../knowledge/parts";
import type { InsightsCalls, Standing } from "./calls";
import { share } from "./format";
import { Opens, Section, Table } from "./Section";
import { behind, csvOf, judgedAs, keyOf, type Scope } from "./scope";
import { n, plain } from "./words";

const day = (at: string) => new Date(at).toLocaleDateString([], { dateStyle: "medium" });

/** What the judge makes of the band of silence: the corrected share, or why there is none; each verdict opens its episodes. */
export function Judge({ calls, desk, scope }: { calls: InsightsCalls; desk: Desk; scope: Scope }) {
  const load = useLoad(`judge:${keyOf(scope)}`, (signal) => calls.judge(scope, signal), true);
  const [problem, setProblem] = useState("");

  async function calibrate() {
    try {
      setProblem("");
      const made = await calls.calibrate();
      desk.toast(n("calibrated", { count: made.labels }));
      load.again();
    } catch (error) {
      setProblem(sentence(error));
    }
  }

  return (
    <Section id="i-judge" title={n("judge")} csv={csvOf.judge(scope)} file="judge" framed>
      <p class="soft">{n("judgeMore")}</p>
      <Await load={load}>
        {(found) => (
          <>
            <Corrected found={found} scope={scope} />
            <Table named="i-judge" columns={[n("judgeSaid"), n("episodes")]}>
              {[...found.said, { key: "none" as const, n: found.not_judged }].map(({ key, n: count }) => (
                <tr key={key}>
                  <th scope="row">{n(`said_${key}`)}</th>
                  <td>
                    <Opens to={judgedAs(key, scope)} any={count > 0}>
                      {count}
                    </Opens>
                  </td>
                </tr>
              ))}
            </Table>
            {found.pooled && <p class="soft">{found.pooled}</p>}
            {found.unseen_versions.length > 0 && <p class="soft">{n("unseen", { versions: found.unseen_versions.join(", ") })}</p>}
            {found.calibration && <Held made={found.calibration} />}
            {found.calibration && found.calibration.strata.length > 0 && <Strata made={found.calibration} />}
          </>
        )}
      </Await>
      {problem && <Trouble text={problem} />}
      <p>
        <button type="button" class="button" onClick={() => void calibrate()}>
          {n("calibrate")}
        </button>
      </p>
    </Section>
  );
}

function Corrected({ found, scope }: { found: Standing; scope: Scope }) {
  const { of_band: band, of_matured: all } = found;
  if (!band || !all) return <p>{found.refused}</p>;
  return (
    <p>
      <strong>
        <a href={behind("silence", scope)}>{share(all.value)}</a>
      </strong>{" "}
      <span class="soft">
        {share(all.interval_95[0])} – {share(all.interval_95[1])}
      </span>{" "}
      {n("judgeCorrected")}; {n("judgeOfBand", { share: share(band.value), low: share(band.interval_95[0]), high: share(band.interval_95[1]) })}
    </p>
  );
}

function Held({ made }: { made: NonNullable<Standing["calibration"]> }) {
  return (
    <p class="soft">
      {n("held", {
        labels: made.labels,
        day: day(made.made_at),
        until: day(made.valid_until),
        sensitivity: share(made.sensitivity?.value),
        specificity: share(made.specificity?.value),
        kappa: made.agreement.kappa === null ? "–" : made.agreement.kappa.toFixed(2),
      })}
    </p>
  );
}

/** How far judge and people agree in each need and each language, with the labels that this rests on. */
export function Strata({ made }: { made: NonNullable<Standing["calibration"]> }) {
  return (
    <details>
      <summary>{n("strata")}</summary>
      <table class="k-table">
        <thead>
          <tr>
            <th scope="col">{n("stratum")}</th>
            <th scope="col">{n("stratumLabels")}</th>
            <th scope="col">{n("stratumAgree")}</th>
          </tr>
        </thead>
        <tbody>
          {made.strata.map(({ dimension, value, labels, agreement }) => (
            <tr key={`${dimension}:${value}`}>
              <th scope="row">{n(`stratum_${dimension}`, { value: plain(value) })}</th>
              <td>{labels}</td>
              <td>{n("stratumAgreed", { share: share(agreement.share), pairs: agreement.pairs })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
