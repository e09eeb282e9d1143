import { useEffect, useRef, useState } from "preact/hooks";
import { exportArticles } from "../../contract/client";
import { addressOf } from "../../shared/api";
import { sentence } from "../controller";
import { address } from "./address";
import type { Part } from "./part";
import { Head, Trouble } from "./parts";
import type { Brought } from "./types";
import { k } from "./words";

export const MOST_FILES = 500;
const NAMED = 5;

/** Articles from files, and all of them as files: what became of each file is told, with the reason where it was refused. */
export function Import({ calls }: Pick<Part, "calls">) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [report, setReport] = useState<Brought | null>(null);
  const [over, setOver] = useState(false);
  const result = useRef<HTMLElement>(null);
  // The button that was pressed is gone then: the keyboard goes on from what is told.
  useEffect(() => result.current?.focus(), [report]);

  const choose = (given: Iterable<File>) => {
    const all = [...given];
    const taken = all.filter(({ name }) => /\.(md|txt|zip)$/i.test(name));
    setReport(null);
    setFiles(taken);
    setTrouble(all.length ? refusal(taken) : null);
  };
  const bringIn = async () => {
    setBusy(true);
    setTrouble(null);
    try {
      setReport(await calls.bringIn(files));
      setFiles([]);
    } catch (error) {
      setTrouble(sentence(error));
    }
    setBusy(false);
  };

  return (
    <div class="k-page">
      <a class="k-back" href={address({ page: "articles", filters: {} })}>
        {k("articles")}
      </a>
      <Head title={k("bringIn")} more={k("bringInMore")} />
      <div
        class={over ? "k-drop is-over" : "k-drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!busy) choose(event.dataTransfer?.files ?? []);
        }}
      >
        <p>{k("dropHere")}</p>
        <div class="actions">
          <Chooser label={k("chooseFiles")} disabled={busy} onFiles={choose} />
          <Chooser label={k("chooseFolder")} disabled={busy} folder onFiles={choose} />
        </div>
      </div>
      {files.length > 0 && (
        <div class="k-chosen">
          <p role="status">{k("filesChosen", { count: files.length, names: namesOf(files) })}</p>
          <button type="button" class="button is-main" disabled={busy || refusal(files) !== null} onClick={() => void bringIn()}>
            {k("bringInDo", { count: files.length })}
          </button>
        </div>
      )}
      {busy && (
        <div role="status">
          <p id="bringing">{k("bringingIn")}</p>
          <progress aria-labelledby="bringing" />
        </div>
      )}
      {trouble && <Trouble text={trouble} />}
      {report && (
        <section ref={result} class="k-brought" tabIndex={-1} aria-label={k("bringIn")}>
          <p role="status">
            {k("broughtIn", { created: report.created.length, updated: report.updated.length, unchanged: report.unchanged.length, refused: report.problems.length })}
          </p>
          {report.problems.length > 0 && (
            <>
              <h2>{k("refusedFiles", { count: report.problems.length })}</h2>
              <ul class="k-refused">
                {report.problems.map((each, at) => (
                  <li key={at}>
                    <strong>{each.file}</strong> <span>{each.problem}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          <Names title={k("createdFiles", { count: report.created.length })} names={report.created} open />
          <Names title={k("updatedFiles", { count: report.updated.length })} names={report.updated} open />
          <Names title={k("unchangedFiles", { count: report.unchanged.length })} names={report.unchanged} />
        </section>
      )}
      <section aria-labelledby="export">
        <h2 id="export">{k("export")}</h2>
        <p class="soft">{k("exportMore")}</p>
        <p>
          <a class="button" href={addressOf(exportArticles)} download="articles.zip">
            {k("exportDo")}
          </a>
        </p>
      </section>
    </div>
  );
}

interface ChooserProps {
  label: string;
  disabled: boolean;
  folder?: boolean;
  onFiles: (files: Iterable<File>) => void;
}

function Chooser({ label, disabled, folder, onFiles }: ChooserProps) {
  return (
    <label class="k-field">
      <span>{label}</span>
      <input
        type="file"
        multiple
        disabled={disabled}
        {...(folder ? { webkitdirectory: true } : { accept: ".md,.txt,.zip" })}
        onChange={(event) => {
          onFiles(event.currentTarget.files ?? []);
          // The same files may be chosen again, after they were repaired.
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}

function Names({ title, names, open }: { title: string; names: readonly string[]; open?: boolean }) {
  if (names.length === 0) return null;
  return (
    <details open={open && names.length <= 20}>
      <summary>{title}</summary>
      <ul>
        {names.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </details>
  );
}

/** Why these files cannot be sent; null where they can. */
export function refusal(files: readonly Pick<File, "name">[]): string | null {
  if (files.length === 0) return k("noneToBringIn");
  if (files.length > 1 && files.some(({ name }) => /\.zip$/i.test(name))) return k("oneZip");
  return files.length > MOST_FILES ? k("tooManyFiles", { most: MOST_FILES }) : null;
}

function namesOf(files: readonly File[]): string {
  const names = files.slice(0, NAMED).map(({ name }) => name).join(", ");
  return files.length > NAMED ? k("andMore", { names, count: files.length - NAMED }) : names;
}
