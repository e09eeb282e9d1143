import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { m } from "./words";

interface ConfirmProps {
  action: string;
  danger?: boolean;
  busy: boolean;
  onBack: () => void;
  onDo: () => void;
  children: ComponentChildren;
}

/** What is asked before something that somebody else feels at once. */
export function Confirm({ action, danger, busy, onBack, onDo, children }: ConfirmProps) {
  return (
    <>
      {children}
      <div class="modal-foot">
        <button type="button" class="button" onClick={onBack}>
          {m("back")}
        </button>
        <button type="button" class={danger ? "button is-danger" : "button is-main"} disabled={busy} onClick={onDo}>
          {action}
        </button>
      </div>
    </>
  );
}

/** Shown this once. */
export function ShowPassword({ name, password, onDone }: { name: string; password: string; onDone: () => void }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard?.writeText(password).then(
      () => setCopied(true),
      () => undefined, // not allowed: it can be marked and copied by hand
    );
  return (
    <>
      <p>{m("passwordMore", { name })}</p>
      <div class="team-password">
        <input aria-label={m("password")} readOnly value={password} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="button" onClick={copy}>
          {m("copy")}
        </button>
      </div>
      <p role="status" class="soft">
        {copied && m("copied")}
      </p>
      <div class="modal-foot">
        <button type="button" class="button is-main" onClick={onDone}>
          {m("close")}
        </button>
      </div>
    </>
  );
}
