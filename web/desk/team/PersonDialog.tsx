import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { Modal } from "../components/Dialogs";
import { type Desk, sentence } from "../controller";
import { type Draft, changeOf, contentOf, draftOf, EMPTY, FIELDS, rebased } from "./account";
import { AccountFields, type Refused } from "./AccountFields";
import type { Listed, Member, Staff, TeamCalls } from "./calls";
import { Confirm, ShowPassword } from "./Steps";
import { m, named } from "./words";

interface Props {
  desk: Desk;
  calls: TeamCalls;
  staff: Staff;
  me: string;
  /** Null for somebody new. */
  person: Listed | null;
  onDone: () => void;
}

type Step = { is: "form" } | { is: "off" } | { is: "password" } | { is: "shown"; name: string; password: string };

/** One account: its form, and what is asked before somebody is switched off or gets another password. */
export function PersonDialog({ desk, calls, staff, me, person, onDone }: Props) {
  const [base, setBase] = useState<Member | null>(person);
  const [draft, setDraft] = useState<Draft>(person ? draftOf(person) : EMPTY);
  const [step, setStep] = useState<Step>({ is: "form" });
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const inside = useRef<HTMLDivElement>(null);
  const name = base?.name ?? draft.name;

  // What had the focus went with the step before.
  useEffect(() => {
    if (step.is !== "form" || !inside.current?.contains(document.activeElement)) inside.current?.focus();
  }, [step.is]);
  // The form is longer than a screen: what was refused is brought to where it can be put right.
  useEffect(() => {
    if (refused?.field) inside.current?.querySelector<HTMLElement>(`#team-${refused.field}`)?.focus();
    else if (refused) inside.current?.querySelector(".modal-foot")?.scrollIntoView({ block: "nearest" });
  }, [refused]);

  /** What it says where it fails; true where it worked. */
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefused(null);
    try {
      await work();
    } catch (error) {
      setStep({ is: "form" });
      if (base && error instanceof ApiError && error.code === "edit_conflict") takeUp(base, error.data.person as Member);
      else setRefused(said(error));
    } finally {
      setBusy(false);
    }
  };

  /** Somebody else was first: what was not touched here follows, and it is said what moved. */
  const takeUp = (before: Member, now: Member) => {
    const { draft: merged, moved } = rebased(before, draft, now);
    setBase(now);
    setDraft(merged);
    const switched = before.active !== now.active ? m("movedOff", { state: m(now.active ? "on" : "offWord") }) : "";
    const fields = moved.map((field) => named("field", field)).join(", ");
    setRefused({ text: [switched, fields && m("moved", { fields })].filter(Boolean).join(" "), field: null });
  };

  const changed = async (told: string) => {
    if (base?.id === me) await desk.renew();
    desk.toast(told);
    onDone();
  };

  const save = (event: Event) => {
    event.preventDefault();
    void attempt(async () => {
      if (!base) {
        const { person: made, password } = await calls.add(contentOf(draft));
        return setStep({ is: "shown", name: made.name, password });
      }
      const change = changeOf(base, draft);
      if (!change) return changed(m("nothingChanged"));
      const now = await calls.change(base.id, base.version, change);
      await changed(m("saved", { name: now.name }));
    });
  };

  const switchTo = (active: boolean) => {
    if (!base) return;
    void attempt(async () => {
      await calls.change(base.id, base.version, { active });
      await changed(m(active ? "switchedOn" : "switchedOff", { name }));
    });
  };

  const newPassword = () => {
    if (!base) return;
    void attempt(async () => {
      const { password } = await calls.newPassword(base.id);
      setStep({ is: "shown", name, password });
    });
  };

  return (
    <Modal title={titleOf(step, base)} onDone={onDone}>
      <div ref={inside} class="team-dialog" tabIndex={-1}>
        {step.is === "form" && (
          <form onSubmit={save} aria-busy={busy}>
            <AccountFields staff={staff} draft={draft} refused={refused} onChange={(change) => setDraft((before) => ({ ...before, ...change }))} />
            {base && (
              <div class="team-more">
                <button type="button" class="button" disabled={busy} onClick={() => setStep({ is: "password" })}>
                  {m("newPassword")}
                </button>
                {base.active ? (
                  <button type="button" class="button is-quiet" disabled={busy} onClick={() => setStep({ is: "off" })}>
                    {m("switchOff")}
                  </button>
                ) : (
                  <button type="button" class="button" disabled={busy} onClick={() => switchTo(true)}>
                    {m("switchOn")}
                  </button>
                )}
              </div>
            )}
            {refused && !refused.field && (
              <p class="problem" role="alert">
                {refused.text}
              </p>
            )}
            <div class="modal-foot">
              <button type="button" class="button" onClick={onDone}>
                {m("cancel")}
              </button>
              <button type="submit" class="button is-main" disabled={busy}>
                {m(base ? "save" : "addNow")}
              </button>
            </div>
          </form>
        )}
        {step.is === "off" && (
          <Confirm action={m("switchOffNow")} danger busy={busy} onBack={() => setStep({ is: "form" })} onDo={() => switchTo(false)}>
            <p>{m("switchOffMore", { name })}</p>
            {!!person?.load && <p>{m("switchOffLoad", { count: person.load })}</p>}
          </Confirm>
        )}
        {step.is === "password" && (
          <Confirm action={m("makePassword")} busy={busy} onBack={() => setStep({ is: "form" })} onDo={newPassword}>
            <p>{base?.id === me ? m("newPasswordSelf") : m("newPasswordMore", { name })}</p>
          </Confirm>
        )}
        {step.is === "shown" && <ShowPassword name={step.name} password={step.password} onDone={onDone} />}
      </div>
    </Modal>
  );
}

function titleOf(step: Step, person: Member | null): string {
  const name = person?.name ?? "";
  switch (step.is) {
    case "form":
      return person ? m("changeTitle", { name }) : m("addTitle");
    case "off":
      return m("switchOffTitle", { name });
    case "password":
      return m("newPasswordTitle", { name });
    case "shown":
      return m("passwordTitle", { name: step.name });
  }
}

function said(error: unknown): Refused {
  const field = error instanceof ApiError ? FIELDS.find((each) => each === error.data.field) : undefined;
  return { text: sentence(error), field: field ?? null };
}
