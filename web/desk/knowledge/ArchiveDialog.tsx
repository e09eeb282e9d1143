import { useState } from "preact/hooks";
import { Modal } from "../components/Dialogs";
import { k } from "./words";

interface Props {
  title: string;
  onDone: () => void;
  onArchive: (note: string) => void;
}

export function ArchiveDialog({ title, onDone, onArchive }: Props) {
  const [note, setNote] = useState("");
  return (
    <Modal title={k("archiveTitle", { title })} onDone={onDone}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onArchive(note.trim());
          onDone();
        }}
      >
        <p>{k("archiveMore")}</p>
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
