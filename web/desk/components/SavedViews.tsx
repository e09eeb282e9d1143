import { useState } from "preact/hooks";
import type { Desk } from "../controller";
import { isNarrowed, LONGEST_NAME, same, type Shown } from "../saved";
import type { DeskState } from "../state";
import { t } from "../words";

/** Views of one's own, one press each; what is narrowed down now can be kept under a name. */
export function SavedViews({ desk, state }: { desk: Desk; state: DeskState }) {
  const [name, setName] = useState<string | null>(null);
  const { saved } = state;
  const shown: Shown = { view: state.inboxView, filter: state.filter, query: state.query };
  const isNew = isNarrowed(shown) && !saved.some((each) => same(each, shown));
  if (!saved.length && !isNew) return null;
  const save = (event: Event) => {
    event.preventDefault();
    if (name?.trim()) desk.saveView(name);
    setName(null);
  };
  return (
    <div class="saved" role="group" aria-label={t("savedViews")}>
      {saved.map((each) => (
        <span key={each.name} class={same(each, shown) ? "saved-view is-shown" : "saved-view"}>
          <button type="button" aria-pressed={same(each, shown)} onClick={() => void desk.showSaved(each)}>
            {each.name}
          </button>
          <button type="button" class="saved-forget" aria-label={t("viewForget", { name: each.name })} onClick={() => desk.forgetView(each.name)}>
            ×
          </button>
        </span>
      ))}
      {isNew && name === null && (
        <button type="button" class="link" onClick={() => setName("")}>
          {t("viewSave")}
        </button>
      )}
      {isNew && name !== null && (
        <form onSubmit={save} onKeyDown={(event) => event.key === "Escape" && setName(null)}>
          <input aria-label={t("viewName")} placeholder={t("viewName")} maxLength={LONGEST_NAME} autocomplete="off" ref={(field) => field?.focus()} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          <button type="submit" class="button" disabled={!name.trim()}>
            {t("cannedSave")}
          </button>
        </form>
      )}
    </div>
  );
}
