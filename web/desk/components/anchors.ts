/** Whether what is told can be jumped to by its `seq`. A second story on the page must not have the same names. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export const Anchored = createContext(true);

export function useAnchor(seq: number): string | undefined {
  return useContext(Anchored) ? `seq-${seq}` : undefined;
}
