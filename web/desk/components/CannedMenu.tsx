import type { Canned } from "../canned";
import { t } from "../words";

interface Props {
  found: readonly Canned[];
  chosen: Canned | undefined;
  onPick: (reply: Canned) => void;
}

/** What fits after the slash. The focus stays in the text: arrows choose, Enter inserts, Escape leaves. */
export function CannedMenu({ found, chosen, onPick }: Props) {
  if (!found.length)
    return (
      <p id="canned-menu" class="canned-menu soft" role="status">
        {t("cannedNoMatch")}
      </p>
    );
  return (
    <ul id="canned-menu" class="canned-menu" role="listbox" aria-label={t("cannedPick")}>
      {found.slice(0, 8).map((reply) => (
        <li
          key={reply.id}
          id={`canned-${reply.id}`}
          role="option"
          aria-selected={reply === chosen}
          onMouseDown={(event) => {
            // Before the text loses the focus, which would close this list.
            event.preventDefault();
            onPick(reply);
          }}
        >
          <kbd>/{reply.shortcut}</kbd>
          <span>
            <strong>{reply.title}</strong> <span class="soft">{reply.text.slice(0, 90)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
