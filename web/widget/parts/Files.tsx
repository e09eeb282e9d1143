/** The files of a message: pictures are shown, everything is saved with one press. Fetched with the conversation's key. */
import { useEffect, useState } from "preact/hooks";
import type { Attachment } from "../../shared/types";
import type { Controller } from "../controller";
import { FileIcon } from "../icons";
import { save } from "./transcript";
import type { PartWords } from "./words";

const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

interface Props {
  controller: Controller;
  words: PartWords;
  files: readonly Attachment[];
}

export default function Files({ controller, words, files }: Props) {
  return (
    <ul class="attachments">
      {files.map((file) => (
        <li key={file.id}>
          <File controller={controller} words={words} file={file} />
        </li>
      ))}
    </ul>
  );
}

function File({ controller, words, file }: Omit<Props, "files"> & { file: Attachment }) {
  const picture = SHOWN.includes(file.media_type);
  const [url, setUrl] = useState<string | null>(null);
  const [problem, setProblem] = useState(false);

  useEffect(() => {
    if (!picture) return;
    let made: string | null = null;
    let gone = false;
    controller.file(file.id).then(
      (content) => {
        if (!gone) setUrl((made = URL.createObjectURL(new Blob([content], { type: file.media_type }))));
      },
      // It can still be asked for by pressing its name.
      () => undefined,
    );
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file.id]);

  const load = () => {
    setProblem(false);
    controller.file(file.id).then(
      (content) => save(content, file.name),
      () => setProblem(true),
    );
  };
  return (
    <>
      <button type="button" class="file" onClick={load}>
        {/* A host page's content policy may forbid blob pictures: then the name is all there is. */}
        {url ? <img src={url} alt="" onError={() => setUrl(null)} /> : <FileIcon />}
        <span class="hidden">{words("save", { name: file.name })}</span>
        <span class="file-name" aria-hidden="true">
          {file.name}
        </span>
        <span class="file-size">{size(file.size)}</span>
      </button>
      {problem && (
        <p class="problem" role="alert">
          {words("fileGone", { name: file.name })}
        </p>
      )}
    </>
  );
}

function size(bytes: number): string {
  return bytes < 1024 ** 2 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
