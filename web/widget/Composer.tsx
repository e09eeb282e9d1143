import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Controller, MAX_TEXT } from "./controller";
import { ClipIcon, CloseIcon, FileIcon, SendIcon } from "./icons";
import type { Upload } from "./state";
import type { Words } from "./words";

interface Props {
  controller: Controller;
  words: Words;
  field: RefObject<HTMLTextAreaElement | null>;
  uploads: readonly Upload[];
  /** Media types that the server takes, once they are known. */
  accept: readonly string[] | undefined;
}

const HIGHEST_PX = 132;

export function Composer({ controller, words, field, uploads, accept }: Props) {
  const [text, setText] = useState("");
  const picker = useRef<HTMLInputElement>(null);
  const ready = uploads.some(({ attachment }) => attachment);
  const nothing = (!text.trim() && !ready) || controller.uploads.busy;

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
  const pick = (files: FileList | null | undefined) => {
    if (files?.length) controller.uploads.add([...files]);
    if (picker.current) picker.current.value = "";
    field.current?.focus();
  };

  return (
    <>
      {uploads.length > 0 && (
        <ul class="uploads" aria-label={words("attached")}>
          {uploads.map((upload) => (
            <UploadLine key={upload.key} upload={upload} words={words} remove={() => controller.uploads.remove(upload.key)} />
          ))}
        </ul>
      )}
      <form class="composer" onSubmit={submit}>
        <input ref={picker} type="file" multiple hidden accept={accept?.join(",")} onChange={(event) => pick(event.currentTarget.files)} />
        <button type="button" class="attach" aria-label={words("attach")} onClick={() => picker.current?.click()}>
          <ClipIcon />
        </button>
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
          onPaste={(event) => {
            if (!event.clipboardData?.files.length) return;
            event.preventDefault();
            pick(event.clipboardData.files);
          }}
          onKeyDown={(event) => {
            // While a word is being composed (Japanese, Chinese), Enter belongs to the input method.
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
          }}
        />
        <button type="submit" class="send" aria-label={words("send")} disabled={nothing}>
          <SendIcon />
        </button>
      </form>
    </>
  );
}

function UploadLine({ upload, words, remove }: { upload: Upload; words: Words; remove: () => void }) {
  const { name, progress, attachment, problem } = upload;
  const percent = Math.round(progress * 100);
  return (
    <li class={problem ? "upload is-failed" : "upload"}>
      <FileIcon />
      <span class="upload-name">{name}</span>
      {problem ? (
        <span class="problem" role="alert">
          {problem}
        </span>
      ) : (
        !attachment && (
          <>
            <progress max={100} value={percent} aria-label={name} />
            <span class="upload-share">{words("uploading", { percent })}</span>
          </>
        )
      )}
      <button type="button" class="upload-remove" aria-label={words("uploadRemove", { name })} onClick={remove}>
        <CloseIcon />
      </button>
    </li>
  );
}
