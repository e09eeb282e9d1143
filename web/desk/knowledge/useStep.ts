import { useState } from "preact/hooks";
import { type Desk, sentence } from "../controller";
import type { Done } from "./undo";

/** A step of the editor's work: it is said that it was done, with the way back, or why it was not; then all is read again. */
export function useStep(desk: Desk, onChanged: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const take = async (step: () => Promise<Done | null>): Promise<boolean> => {
    setBusy(true);
    setFailure(null);
    let worked = false;
    try {
      const done = await step();
      const undo = done?.undo;
      if (done) desk.toast(done.said, null, undo ? () => void take(() => undo.run().then(() => ({ said: undo.said, undo: null }))) : null);
      worked = true;
    } catch (error) {
      setFailure(sentence(error));
    }
    setBusy(false);
    onChanged();
    return worked;
  };
  return { busy, failure, take };
}
