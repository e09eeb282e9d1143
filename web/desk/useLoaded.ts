/** Something that is read when a component appears, and again when asked. */
import { useEffect, useState } from "preact/hooks";

export interface Loaded<T> {
  value: T | null;
  failed: boolean;
  again: () => void;
}

/** `load` is called anew when one of `on` changes; an answer that comes too late is dropped. */
export function useLoaded<T>(load: () => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failed, setFailed] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    setFailed(false);
    load().then(
      (found) => wanted && setValue(found),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [...on, round]);
  return { value, failed, again: () => setRound((each) => each + 1) };
}
