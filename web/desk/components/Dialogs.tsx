import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../shared/types";
import type { Desk } from "../controller";
import { useLoaded } from "../useLoaded";
import { label, t } from "../words";

export interface DialogProps {
  desk: Desk;
  id: string;
  /** Why the agent cannot do it any more, where the conversation went to somebody else since. */
  lost: string | null;
  onDone: () => void;
}

export function Modal({ title, onDone, children }: { title: string; onDone: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const back = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (back instanceof HTMLElement) back.focus();
      // Also where the page took the window away, as when a conversation ends while it is asked about.
      onDone();
    };
  }, []);
  // At once: the browser tells of a closing later, when the next key may have moved the focus already.
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    onDone();
  };
  return (
    <dialog ref={dialog} class="modal" aria-labelledby="modal-title" onKeyDown={leave} onClose={onDone}>
      <h2 id="modal-title">{title}</h2>
      {children}
    </dialog>
  );
}

export interface FormProps extends DialogProps {
  title: string;
  action: string;
  ready: boolean;
  onSubmit: () => Promise<boolean>;
  children: ComponentChildren;
}

/**
 * A question before an action. It closes when the action worked; else it stays as it is and says why it did not, and so
 * it does where the conversation is somebody else's by now: what was written can be copied.
 */
export function ActionForm({ desk, id, lost, title, action, ready, onDone, onSubmit, children }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    setRefusal(null);
    if (await onSubmit()) return onDone();
    setRefusal(desk.views.get(id)?.problem ?? t("unreachable"));
    setBusy(false);
  };
  const told = refusal ?? (busy ? null : lost);
  // While it is under way the button is not disabled: it would lose the focus.
  return (
    <Modal title={title} onDone={onDone}>
      <form onSubmit={submit}>
        {children}
        <div role="alert">
          {told && <p class="problem">{told}</p>}
          {told && lost && <p class="soft">{t("dialogLost")}</p>}
        </div>
        <div class="modal-foot">
          <button type="button" class="button" onClick={onDone}>
            {t("cancel")}
          </button>
          <button type="submit" class="button is-main" disabled={!ready} aria-disabled={busy}>
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}

type Colleague = Schemas["Colleague"];

/** Can take one more now. The others are shown, so that nobody looks for them; they would only hold it up. */
const isFree = (each: Colleague) => each.presence === "online" && each.load < each.capacity;

function option(each: Colleague) {
  const presence = label("presence", each.presence);
  const text = t("transferColleague", { name: each.name, presence, load: each.load, capacity: each.capacity });
  return (
    <option key={each.id} value={each.id}>
      {each.load < each.capacity ? text : t("transferFull", { text })}
    </option>
  );
}

export function TransferDialog({ desk, id, lost, onDone }: DialogProps) {
  const [chosen, setQueue] = useState<string | null>(null);
  const [department, setDepartment] = useState("");
  const [person, setPerson] = useState("");
  const [note, setNote] = useState("");
  const { value } = useLoaded(() => desk.calls.colleagues(), []);
  const { value: plan } = useLoaded(() => desk.calls.words(), []);
  const queue = chosen ?? plan?.queues[0] ?? "";
  const { signedIn } = desk.store.get();
  const others = (value?.agents ?? []).filter((each) => each.presence !== "offline" && !(signedIn.status === "in" && each.id === signedIn.session.id));
  const to = person ? { agent_id: person } : { queue, ...(department && { department }) };
  return (
    <ActionForm desk={desk} id={id} lost={lost} title={t("transferTitle")} action={t("transfer")} ready={!!person || !!queue} onDone={onDone} onSubmit={() => desk.views.transfer(id, to, note.trim())}>
      <fieldset class="options">
        <legend>{t("transferTo")}</legend>
        {(plan?.queues ?? []).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="queue"
              value={each}
              checked={!person && queue === each}
              onChange={() => {
                setQueue(each);
                setPerson("");
              }}
            />{" "}
            {label("queue", each)}
          </label>
        ))}
      </fieldset>
      {!!plan?.departments.length && (
        <label>
          {t("transferDepartment")}
          <select value={department} disabled={!!person} onChange={(event) => setDepartment(event.currentTarget.value)}>
            <option value="">{t("transferSame")}</option>
            {plan.departments.map((each) => (
              <option key={each} value={each}>
                {label("department", each)}
              </option>
            ))}
          </select>
        </label>
      )}
      {others.length > 0 && (
        <label>
          {t("transferPerson")}
          <select value={person} onChange={(event) => setPerson(event.currentTarget.value)}>
            <option value="">{t("transferNobody")}</option>
            {others.filter(isFree).map(option)}
            {!others.every(isFree) && <optgroup disabled label={t("transferNotFree")}>{others.filter((each) => !isFree(each)).map(option)}</optgroup>}
          </select>
        </label>
      )}
      <label>
        {t("transferNote")}
        <textarea rows={3} maxLength={4000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
    </ActionForm>
  );
}

export function HandBackDialog({ desk, id, lost, onDone }: DialogProps) {
  const [note, setNote] = useState("");
  return (
    <ActionForm desk={desk} id={id} lost={lost} title={t("handBackTitle")} action={t("handBack")} ready onDone={onDone} onSubmit={() => desk.views.handBack(id, note.trim())}>
      <label>
        {t("handBackNote")}
        <textarea rows={3} maxLength={4000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
    </ActionForm>
  );
}
