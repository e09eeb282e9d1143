import { useState } from "preact/hooks";
import type { Desk } from "../controller";
import { t } from "../words";
import { Brand } from "./icons";

export function SignIn({ desk, reason }: { desk: Desk; reason: string | null }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await desk.signIn(email.trim(), password);
    setBusy(false);
  };

  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <Brand />
        <h1>{t("signIn")}</h1>
        <p class="soft">{t("signInMore")}</p>
        <label>
          {t("email")}
          <input type="email" name="email" autocomplete="username" required value={email} onInput={(event) => setEmail(event.currentTarget.value)} />
        </label>
        <label>
          {t("password")}
          <input type="password" name="password" autocomplete="current-password" required value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
        </label>
        <p class="problem" role="alert">
          {reason}
        </p>
        <button type="submit" class="button is-main" disabled={busy}>
          {t("signIn")}
        </button>
      </form>
    </main>
  );
}
