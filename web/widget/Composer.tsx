import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { type Controller, MAX_TEXT } from "./controller";
import { SendIcon } from "./icons";
import type { Words } from "./words";

interface Props {
  controller: Controller;
  words: Words;
  field: RefObject<HTMLTextAreaElement | null>;
}

const HIGHEST_PX = 132;

export function Composer({ controller, words, field }: Props) {
  const [text, setText] = useState("");

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, HIGHEST_PX)}px`;
  }, [text, field]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (controller.send(text)) setText("");
    field.current?.focus();
  };

  return (
    <form class="composer" onSubmit={submit}>
      <textarea
        ref={field}
        rows={1}
        value={text}
        maxLength={MAX_TEXT}
        aria-label={words("composer")}
        placeholder={words("composer")}
        enterkeyhint="send"
        onInput={(event) => {
          setText(event.currentTarget.value);
          controller.typing();
        }}
        onKeyDown={(event) => {
          // While a word is being composed (Japanese, Chinese), Enter belongs to the input method.
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
        }}
      />
      <button type="submit" class="send" aria-label={words("send")} disabled={!text.trim()}>
        <SendIcon />
      </button>
    </form>
  );
}
