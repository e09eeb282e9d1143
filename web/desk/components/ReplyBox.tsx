import { useEffect, useState } from "preact/hooks";
import type { Desk } from "../controller";
import { t } from "../words";
import type { PagePlaces } from "./Conversations";

interface Props {
  desk: Desk;
  id: string;
  conversationId: string;
  name: string;
  places: PagePlaces;
}

export function ReplyBox({ desk, id, conversationId, name, places }: Props) {
  const { mode, setMode, reply } = places;
  const [texts, setTexts] = useState({ reply: "", note: "" });
  const text = texts[mode];

  // What was a note in one conversation must not stay one by habit in the next.
  useEffect(() => setMode("reply"), [id]);

  const submit = async (event: Event) => {
    event.preventDefault();
    const words = text.trim();
    if (!words) return;
    setTexts({ ...texts, [mode]: "" });
    if (mode === "reply") desk.views.reply(id, words);
    else if (!(await desk.views.note(id, words))) setTexts((now) => ({ ...now, note: now.note || words }));
    reply.current?.focus();
  };

  const caption = mode === "reply" ? t("replyTo", { name }) : t("noteFor");
  return (
    <form class={`reply-box is-${mode}`} onSubmit={submit}>
      <div class="modes" role="group" aria-label={t("reply")}>
        {(["reply", "note"] as const).map((each) => (
          <button key={each} type="button" aria-pressed={mode === each} onClick={() => setMode(each)}>
            {t(each)}
          </button>
        ))}
      </div>
      <textarea
        ref={reply}
        rows={3}
        maxLength={10_000}
        aria-label={caption}
        placeholder={caption}
        value={text}
        onInput={(event) => {
          setTexts({ ...texts, [mode]: event.currentTarget.value });
          if (mode === "reply") desk.typing(conversationId);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(event);
        }}
      />
      <div class="reply-foot">
        <span class="hint">{t("sendHint")}</span>
        <button type="submit" class="button is-main" disabled={!text.trim()}>
          {t(mode === "reply" ? "send" : "saveNote")}
        </button>
      </div>
    </form>
  );
}
