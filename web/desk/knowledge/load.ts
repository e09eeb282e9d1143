import { useCallback, useEffect, useState } from "preact/hooks";
import { sentence } from "../controller";

export type Loaded<T> = { status: "loading" } | { status: "failed"; problem: string } | { status: "ready"; value: T };

export interface Load<T> {
  state: Loaded<T>;
  /** Reads again; what is shown stays until the new answer is here. */
  again: () => void;
}

/**
 * Reads something for a page. `key` names what is read: while it stays the same, the last answer stays on the screen;
 * null reads nothing yet. An answer that comes after the key changed is dropped. `keep`: the last answer stays until
 * the next one is here, also when the key changes.
 */
export function useLoad<T>(key: string | null, read: (signal: AbortSignal) => Promise<T>, keep = false): Load<T> {
  const [kept, setKept] = useState<{ key: string | null; state: Loaded<T> }>({ key: null, state: { status: "loading" } });
  const [round, setRound] = useState(0);

  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const settle = (state: Loaded<T>) => !stop.signal.aborted && setKept({ key, state });
    read(stop.signal).then(
      (value) => settle({ status: "ready", value }),
      (error: unknown) => settle({ status: "failed", problem: sentence(error) }),
    );
    return () => stop.abort();
  }, [key, round]);

  const again = useCallback(() => setRound((before) => before + 1), []);
  const shown = kept.key === key || (keep && kept.state.status === "ready");
  return { state: shown ? kept.state : { status: "loading" }, again };
}

/** `value`, once it has stood still for a moment: nobody asks the server at every letter. */
export function useSettled<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
