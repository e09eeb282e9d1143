import type { Mail } from "../../shared/types";
import { clock } from "../format";
import { t } from "../words";

interface Props {
  mail: Mail;
  busy: boolean;
  onAgain: () => void;
}

/** How an answer that leaves by e-mail stands, under the message: the server says what is to be done. */
export function MailState({ mail, busy, onAgain }: Props) {
  const failed = mail.state === "failed";
  return (
    <p class={failed ? "problem" : "said-more"} role="status">
      {mail.told}
      {mail.sent_at && ` ${clock(mail.sent_at)}`}
      {failed && (
        <>
          {" "}
          <button type="button" class="link" disabled={busy} onClick={onAgain}>
            {t("mailAgain")}
          </button>
        </>
      )}
    </p>
  );
}
