import { useEffect } from "preact/hooks";
import type { Desk } from "../controller";
import type { DeskState, Line, View } from "../state";
import { languageName, mayTryAgain, newestMessage } from "../translation";
import { t } from "../words";

interface Props {
  desk: Desk;
  state: DeskState;
  view: View;
}

/** Over the messages: that some are in another language, and what can be done about it. */
export function TranslationBar({ desk, state, view }: Props) {
  const others = view.detail?.in_other_languages;
  const made = state.translations[view.id];
  const newest = newestMessage(view);
  useEffect(() => void desk.assist.translations.follow(view.id), [newest, made?.on]);
  const count = others?.seqs.length ?? 0;
  if (!others || (!count && !made?.on)) return null;
  const language = languageName(others.into);
  if (!others.model)
    return (
      <p class="translation-bar">
        {t("foreign", { count })} {t("foreignNoModel")}
      </p>
    );
  return (
    <div class="translation-bar">
      <p role="status">
        {made?.on ? t(made.busy ? "translating" : "translated", { model: others.model }) : t("foreign", { count })}
        {made?.on && !!made.earlier && ` ${t("translatedEarlier", { count: made.earlier })}`}
        {made?.on && made.problem && ` ${made.problem}`}
      </p>
      {made?.on && !made.busy && mayTryAgain(made) && (
        <button type="button" class="link" onClick={() => void desk.assist.translations.again(view.id)}>
          {t("again")}
        </button>
      )}
      <button type="button" class="link" aria-keyshortcuts="l" onClick={() => void desk.assist.translations.toggle(view.id)}>
        {made?.on ? t("originalOnly") : t("translate", { language })}
      </button>
    </div>
  );
}

/** Under a message, which stays as it was written. */
export function TranslatedText({ line, into }: { line: Line | undefined; into: string }) {
  if (!line || line.state === "same") return null;
  if (line.state !== "translated" || !line.text) return <p class="said-more">{t(`translation_${line.state as Untold}`)}</p>;
  return (
    <div class="translated">
      <p class="said-more">{line.language ? t("translatedFrom", { language: languageName(line.language) }) : t("translatedByMachine")}</p>
      <p class="plain" lang={into}>
        {line.text}
      </p>
    </div>
  );
}

type Untold = Exclude<Line["state"], "translated" | "same">;
