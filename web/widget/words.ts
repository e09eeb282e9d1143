import { pickLocale, translator, type Translate } from "../shared/i18n";
import { widgetEn } from "../shared/strings";

const LANGUAGES = { en: widgetEn } as const;

export type Words = Translate<typeof widgetEn>;

export function wordsFor(locale: string | null): { words: Words; locale: string } {
  const wanted = locale ? [locale] : [...navigator.languages];
  const picked = pickLocale(wanted, Object.keys(LANGUAGES)) as keyof typeof LANGUAGES;
  return { words: translator(LANGUAGES[picked], picked), locale: picked };
}
