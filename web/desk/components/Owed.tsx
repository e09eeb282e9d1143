import { useState } from "preact/hooks";
import type { Desk } from "../controller";
import { clock, elapsed, remaining, utc } from "../format";
import type { Approval, OwedPromise } from "../owed";
import type { DeskState } from "../state";
import { label, t } from "../words";

interface Props {
  desk: Desk;
  state: DeskState;
  now: number;
}

/** The inbox's view of what is owed: operations that wait for a word, and promises, those first that are due first. */
export function Owed({ desk, state, now }: Props) {
  const { owed, owedProblem } = state;
  return (
    <>
      {owedProblem && (
        <p class="problem" role="alert">
          {t("owedFailed")} {owedProblem}{" "}
          <button type="button" class="link" onClick={() => void desk.owed.load()}>
            {t("again")}
          </button>
        </p>
      )}
      {!owed && !owedProblem && <p class="none">{t("loading")}</p>}
      {owed && (
        <>
          <section aria-label={t("owedDecisions")}>
            <h2>
              {t("owedDecisions")} <span class="count">{owed.approvals.length}</span>
            </h2>
            {!owed.approvals.length && <p class="none">{t("noneToDecide")}</p>}
            <ul class="owed">
              {owed.approvals.map((each) => (
                <li key={each.approval_id}>
                  <Who desk={desk} name={each.customer_name} handoffId={each.handoff_id} at={each.requested_at} when={elapsed(each.requested_at, now)} />
                  <Decide desk={desk} approval={each} />
                </li>
              ))}
            </ul>
          </section>
          <section aria-label={t("owedPromises")}>
            <h2>
              {t("owedPromises")} <span class="count">{owed.promises.length}</span>
            </h2>
            {!owed.promises.length && <p class="none">{t("nonePromised")}</p>}
            <ul class="owed">
              {owed.promises.map((each) => (
                <li key={each.promise_id}>
                  <Who desk={desk} name={each.customer_name} handoffId={each.handoff_id} at={each.due_at} when={clock(each.due_at)} />
                  <p>{each.text}</p>
                  <Due promise={each} now={now} />
                  <Keep desk={desk} promiseId={each.promise_id} about={each.text} />
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </>
  );
}

/** The customer's name leads to the conversation, where people ever had it. */
function Who({ desk, name, handoffId, at, when }: { desk: Desk; name: string | null; handoffId: string | null; at: string; when: string }) {
  const shown = name ?? t("anonymous");
  return (
    <p class="row-head">
      {handoffId ? (
        <button type="button" class="link" onClick={() => desk.select(handoffId)}>
          {shown}
        </button>
      ) : (
        <strong>{shown}</strong>
      )}
      <time dateTime={at} title={utc(at)} class="wait">
        {when}
      </time>
    </p>
  );
}

function Due({ promise, now }: { promise: OwedPromise; now: number }) {
  const left = remaining(promise.due_at, now);
  return (
    <p class="row-foot">
      {promise.state === "late" || !left ? <span class="row-late">{t("dueLate")}</span> : <span>{t("dueIn", { time: left })}</span>}
      {promise.state === "due_soon" && left && <span class="row-draft">{t("dueSoon")}</span>}
    </p>
  );
}

/** An operation that waits for a person's word: what it is, what the customer said, and the two answers. */
export function Decide({ desk, approval }: { desk: Desk; approval: Approval }) {
  const [busy, setBusy] = useState(false);
  const decide = async (decision: "approved" | "declined") => {
    setBusy(true);
    await desk.owed.decide(approval, decision);
    setBusy(false);
  };
  return (
    <div class="approval">
      <p>
        {approval.summary} <span class="soft">{t(approval.agreed ? "owedAgreed" : "owedNotAgreed")}</span>
      </p>
      {approval.may_decide ? (
        <p class="approval-act">
          <button type="button" class="button is-main" disabled={busy} aria-label={`${t("approve")}: ${approval.summary}`} onClick={() => void decide("approved")}>
            {t("approve")}
          </button>
          <button type="button" class="button" disabled={busy} aria-label={`${t("decline")}: ${approval.summary}`} onClick={() => void decide("declined")}>
            {t("decline")}
          </button>
        </p>
      ) : (
        <p class="soft">{t("owedNeeds", { role: label("role", approval.needs_role ?? "lead") })}</p>
      )}
    </div>
  );
}

/** Nothing is kept by a click alone: where it can be seen is part of keeping it. */
export function Keep({ desk, promiseId, about }: { desk: Desk; promiseId: string; about: string }) {
  const [open, setOpen] = useState(false);
  const [proof, setProof] = useState("");
  const [busy, setBusy] = useState(false);
  if (!open)
    return (
      <button type="button" class="link" aria-label={`${t("keep")}: ${about}`} onClick={() => setOpen(true)}>
        {t("keep")}
      </button>
    );
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await desk.owed.keep(promiseId, proof.trim());
    setBusy(false);
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    setOpen(false);
  };
  return (
    <form class="keep" onSubmit={submit} onKeyDown={leave}>
      <label>
        {t("keepProof")}
        <input required maxLength={4000} ref={focus} value={proof} onInput={(event) => setProof(event.currentTarget.value)} />
      </label>
      <p class="approval-act">
        <button type="submit" class="button is-main" disabled={busy || !proof.trim()}>
          {t("keepSave")}
        </button>
        <button type="button" class="button" onClick={() => setOpen(false)}>
          {t("cancel")}
        </button>
      </p>
    </form>
  );
}

function focus(field: HTMLInputElement | null): void {
  if (field && !field.dataset.reached) {
    field.dataset.reached = "yes";
    field.focus();
  }
}
