import { useState } from "preact/hooks";
import { Modal } from "../components/Dialogs";
import { BlastRadius } from "./BlastRadius";
import type { KnowledgeCalls } from "./calls";
import type { ArticleLine } from "./types";
import { k } from "./words";

interface Props {
  calls: KnowledgeCalls;
  article: ArticleLine;
  onDone: () => void;
  onArchive: (note: string) => void;
}

export function ArchiveDialog({ calls, article, onDone, onArchive }: Props) {
  const [note, setNote] = useState("");
  return (
    <Modal title={k("archiveTitle", { title: article.title })} onDone={onDone}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onArchive(note.trim());
          onDone();
        }}
      >
        <p>{k("archiveMore")}</p>
        {article.published_version !== null && <BlastRadius calls={calls} id={article.id} version={null} />}
        <label>
          {k("archiveNote")}
          <textarea rows={2} maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <div class="modal-foot">
          <button type="button" class="button" onClick={onDone}>
            {k("cancel")}
          </button>
          <button type="submit" class="button is-danger">
            {k("archive")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
