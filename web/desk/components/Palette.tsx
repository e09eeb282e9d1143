import { useState } from "preact/hooks";
import { COMMANDS, type Command, findCommands, type Places, ready } from "../commands";
import type { Desk } from "../controller";
import type { DeskState } from "../state";
import { t } from "../words";
import { Modal } from "./Dialogs";

interface Props {
  desk: Desk;
  state: DeskState;
  places: Places;
  list: boolean;
  /** Ways to the other parts of the desk. */
  sections: readonly Command[];
}

/** Every command that can be done now, found by typing; arrows choose, Enter does it. */
export function Palette({ desk, state, places, list, sections }: Props) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const found = findCommands([...ready(COMMANDS, state, list).filter((each) => each.id !== "palette"), ...sections], query);
  const chosen = found[Math.min(at, found.length - 1)];
  const run = (command: Command | undefined) => {
    if (!command) return;
    desk.ask(null);
    // After the window has closed and given the focus back.
    setTimeout(() => command.run(desk, places));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen);
    }
  };
  return (
    <Modal title={t("palette")} onDone={() => desk.asked("palette")}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={chosen && `command-${chosen.id}`}
        aria-label={t("paletteSearch")}
        placeholder={t("paletteSearch")}
        autocomplete="off"
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      {found.length ? (
        <ul id="commands" class="commands" role="listbox" aria-label={t("palette")} tabIndex={-1}>
          {found.map((command) => (
            <li
              key={command.id}
              id={`command-${command.id}`}
              role="option"
              aria-selected={command === chosen}
              ref={(row) => {
                if (command === chosen) row?.scrollIntoView?.({ block: "nearest" });
              }}
              onClick={() => run(command)}
            >
              <span>{command.title}</span>
              {command.key && <kbd>{command.key}</kbd>}
            </li>
          ))}
        </ul>
      ) : (
        <p id="commands" class="soft commands-none">
          {t("paletteNone")}
        </p>
      )}
    </Modal>
  );
}
