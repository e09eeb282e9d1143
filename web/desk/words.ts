/** The desk's words, and labels for the contract's codes. An unknown code is shown as it is, never hidden. */
import { translator } from "../shared/i18n";
import { deskEn } from "../shared/strings";

type Key = keyof typeof deskEn;

export const t = translator(deskEn, "en");

export function label(family: string, code: string): string {
  const key = `${family}_${code}`;
  return key in deskEn ? t(key as Key) : code.replace(/_/g, " ");
}
