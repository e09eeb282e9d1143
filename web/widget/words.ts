import { pickLocale, translator, type Translate } from "../shared/i18n";
import type { widgetEn } from "../shared/strings";
import { english } from "./english";
import type { WordsOf } from "./parts/words";

/** What is said before any part was fetched. */
export type Words = Translate<typeof widgetEn>;

const OTHERS: Record<string, () => Promise<{ default: WordsOf }>> = {
  de: () => import("./words.de"),
  es: () => import("./words.es"),
};

/** The words of the wanted language, or of the browser's. English where the file of another cannot be had. */
export async function wordsFor(locale: string | null): Promise<{ words: Words; locale: string }> {
  const picked = pickLocale(locale ? [locale] : [...navigator.languages], ["en", ...Object.keys(OTHERS)]);
  const other = await OTHERS[picked]?.().catch(() => null);
  return other ? { words: translator(other.default, picked), locale: picked } : inEnglish();
}

export function inEnglish(): { words: Words; locale: string } {
  return { words: translator(english, "en"), locale: "en" };
}
