import type { HandoffDetail } from "../../shared/types";
import { spaced } from "../format";
import { t } from "../words";
import { Part } from "./PacketSection";

/** What is done for somebody whom we failed in this way, at the moment when somebody helps them. */
export function Recovery({ steps }: { steps: HandoffDetail["recovery"] }) {
  return (
    <Part title={t("packetRecovery")} hide={!steps?.length}>
      {steps?.map((step) => (
        <div key={step.code} class="recovery">
          <p>
            <strong>{step.named ? step.failure : t("recoveryLikely", { failure: step.failure })}</strong>
          </p>
          <p>{step.person}</p>
          {step.remedies.length > 0 && <p class="soft">{t("recoveryRemedies", { names: step.remedies.map(spaced).join(", ") })}</p>}
          {step.follow_up && <p class="soft">{t("recoveryFollowUp", { what: step.follow_up })}</p>}
        </div>
      ))}
    </Part>
  );
}
