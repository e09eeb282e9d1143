import type { Desk } from "../controller";
import { isUnread } from "../inbox";
import { type DeskState, listed } from "../state";
import { t } from "../words";
import { CloseIcon } from "./icons";

/** The conversations at hand, one press away each, with what is new in them. */
export function Tabs({ desk, state }: { desk: Desk; state: DeskState }) {
  const { signedIn, selected, tabs } = state;
  if (tabs.length < 2 || signedIn.status !== "in") return null;
  return (
    <nav class="tabs" aria-label={t("tabs")}>
      {tabs.map((id) => {
        const item = listed(state, id);
        const name = state.views[id]?.detail?.packet?.customer?.name ?? item?.customer_name ?? item?.customer_id ?? t("anonymous");
        const unread = id !== selected && !!item && isUnread(item, state.read, signedIn.session);
        return (
          <span key={id} class="tab">
            <button type="button" aria-current={id === selected ? "true" : undefined} onClick={() => desk.select(id)}>
              {name}
              {unread && <span class="dot" role="img" aria-label={t("unread")} />}
              {state.drafts[id] && <span class="row-draft">{t("draftHere")}</span>}
            </button>
            <button type="button" class="tab-close" aria-label={t("closeTab", { name })} onClick={() => desk.closeTab(id)}>
              <CloseIcon />
            </button>
          </span>
        );
      })}
    </nav>
  );
}
