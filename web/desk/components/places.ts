import type { RefObject } from "preact";

export type ReplyMode = "reply" | "note";

/** Places that the keyboard reaches from anywhere. */
export interface PagePlaces {
  search: RefObject<HTMLInputElement | null>;
  reply: RefObject<HTMLTextAreaElement | null>;
  mode: ReplyMode;
  setMode: (mode: ReplyMode) => void;
}
