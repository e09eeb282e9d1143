import { useEffect, useRef, useState } from "preact/hooks";
import type { Writing } from "./codemirror";
import { k } from "./words";

interface Props {
  text: string;
  onChange: (text: string) => void;
}

/** The text of an article. Until the editor's own chunk is here, and where it cannot be had, a plain field serves. */
export function MarkdownEditor({ text, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const writing = useRef<Writing | null>(null);
  // What was written here and has not come back as `text` yet: while somebody types fast, older texts arrive late, and
  // putting them in would take letters away. Any other text comes from elsewhere and is shown.
  const underWay = useRef<string[]>([]);
  const latest = useRef({ text, onChange });
  latest.current = { text, onChange };
  const [state, setState] = useState<"loading" | "ready" | "plain">("loading");

  useEffect(() => {
    let gone = false;
    import("./codemirror").then(
      ({ startWriting }) => {
        if (gone || !host.current) return;
        const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
        const place = document.createElement("div");
        root.replaceChildren(place);
        writing.current = startWriting(place, {
          root,
          text: latest.current.text,
          label: k("bodyLabel"),
          hint: k("bodyHint"),
          describedBy: k("bodyHelp"),
          onChange(written) {
            underWay.current.push(written);
            latest.current.onChange(written);
          },
        });
        setState("ready");
      },
      () => !gone && setState("plain"),
    );
    return () => {
      gone = true;
      writing.current?.destroy();
      writing.current = null;
    };
  }, []);

  useEffect(() => {
    const at = underWay.current.indexOf(text);
    underWay.current = at < 0 ? [] : underWay.current.slice(at + 1);
    if (at < 0) writing.current?.show(text);
  }, [text, state]);

  return (
    <>
      <div ref={host} class="writing" data-typing hidden={state !== "ready"} />
      {state === "loading" && <p class="k-wait">{k("editorLoading")}</p>}
      {state === "plain" && (
        <textarea class="writing-plain" rows={24} aria-label={k("bodyLabel")} value={text} onInput={(event) => onChange(event.currentTarget.value)} />
      )}
    </>
  );
}
