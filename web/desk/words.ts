/** The desk's words, and labels for the contract's codes. An unknown code is shown as it is, never hidden. */
import { translator } from "../shared/i18n";
import { deskEn } from "../shared/strings";
import { workEn } from "./strings";

const words = { ...deskEn, ...workEn };

type Key = keyof typeof words;

export const t = translator(words, "en");

export function label(family: string, code: string): string {
  const key = `${family}_${code}`;
  return key in words ? t(key as Key) : code.replace(/_/g, " ");
}
