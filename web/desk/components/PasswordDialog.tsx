import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import type { Desk } from "../controller";
import { sentence } from "../controller";
import { t } from "../words";
import { Modal } from "./Dialogs";

/** As the server has it; it decides. */
const FEWEST = 12;

type Field = "current" | "new" | "twice";

/** One's own password. What is refused is said beside its field, which then has the focus. */
export function PasswordDialog({ desk, email }: { desk: Desk; email: string }) {
  const form = useRef<HTMLFormElement>(null);
  const [words, setWords] = useState<Record<Field, string>>({ current: "", new: "", twice: "" });
  const [refused, setRefused] = useState<{ field: Field | null; text: string } | null>(null);
  const [busy, setBusy] = useState(false);

  useLayoutEffect(() => {
    if (refused?.field) form.current?.querySelector<HTMLInputElement>(`[name="${refused.field}"]`)?.focus();
  }, [refused]);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (words.new !== words.twice) return setRefused({ field: "twice", text: t("passwordDiffers") });
    setBusy(true);
    setRefused(null);
    try {
      await desk.calls.changePassword(words.current, words.new);
      desk.toast(t("passwordChanged"));
      desk.asked("password");
    } catch (error) {
      const named = error instanceof ApiError ? error.data.field : null;
      setRefused({ field: named === "current" || named === "new" ? named : null, text: sentence(error) });
    } finally {
      setBusy(false);
    }
  };

  const field = (name: Field, label: string, autocomplete: "current-password" | "new-password") => (
    <label>
      {label}
      <input
        type="password"
        name={name}
        autocomplete={autocomplete}
        required
        maxLength={256}
        value={words[name]}
        aria-invalid={refused?.field === name}
        aria-describedby={refused?.field === name ? "password-problem" : undefined}
        onInput={(event) => setWords({ ...words, [name]: event.currentTarget.value })}
      />
      {refused?.field === name && (
        <span class="problem" role="alert" id="password-problem">
          {refused.text}
        </span>
      )}
    </label>
  );

  return (
    <Modal title={t("passwordTitle")} onDone={() => desk.asked("password")}>
      <form ref={form} onSubmit={submit} aria-busy={busy}>
        {/* For password managers, which keep both together. */}
        <input type="email" name="email" autocomplete="username" value={email} readOnly hidden />
        {field("current", t("passwordCurrent"), "current-password")}
        {field("new", t("passwordNew"), "new-password")}
        <p class="soft">{t("passwordRule", { count: FEWEST })}</p>
        {field("twice", t("passwordTwice"), "new-password")}
        <p class="soft">{t("passwordMore")}</p>
        {refused && !refused.field && (
          <p class="problem" role="alert">
            {refused.text}
          </p>
        )}
        <div class="modal-foot">
          <button type="button" class="button" onClick={() => desk.asked("password")}>
            {t("cancel")}
          </button>
          <button type="submit" class="button is-main" disabled={busy || !words.current || !words.new || !words.twice}>
            {t("passwordSave")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
