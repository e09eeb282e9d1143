import { useState } from "preact/hooks";
import type { Schemas } from "../../shared/types";
import { type Desk, sentence } from "../controller";
import { spaced } from "../format";
import { t } from "../words";
import { Jump } from "./PacketSection";

interface Props {
  desk: Desk;
  id: string;
  part: string;
  /** How many of it did not fit into the packet. */
  count: number;
}

/** A part of the packet that was cut short, to be read whole. */
export function Overflow({ desk, id, part, count }: Props) {
  const [whole, setWhole] = useState<Line[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const name = t("packetOverflowOf", { part: spaced(part).replace(/\./g, " · "), count });
  const load = () => {
    setProblem(null);
    desk.calls.packetPart(id, part).then(
      ({ items }) => setWhole(linesOf(items)),
      (error: unknown) => setProblem(sentence(error)),
    );
  };
  return (
    <div class="overflow">
      <button type="button" class="link" aria-expanded={!!whole} onClick={() => (whole ? setWhole(null) : load())}>
        {t(whole ? "packetPartHide" : "packetPartShow", { name })}
      </button>
      <div role="status">{problem && <p class="problem">{problem}</p>}</div>
      {whole && (
        <ol class="plain-list">
          {whole.map((line, index) => (
            <li key={index}>
              <Jump seq={line.seq}>{line.text}</Jump>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

interface Line {
  text: string;
  seq: number | null;
}

/** What an item says, whatever part it is of, and the message that it comes from. */
export function linesOf(items: Schemas["PacketPart"]["items"]): Line[] {
  if (Array.isArray(items)) return items.map(lineOf);
  return Object.entries(items).map(([name, item]) => {
    const line = lineOf(item);
    return { ...line, text: `${spaced(name)}: ${line.text}` };
  });
}

const CODES = ["author", "kind", "name"] as const;
const WORDS = ["title", "section", "text", "summary", "value", "answer"] as const;

function lineOf(item: unknown): Line {
  if (typeof item !== "object" || item === null) return { text: String(item), seq: null };
  const known = item as Record<string, unknown>;
  const said = (names: readonly string[]) => names.map((name) => known[name]).filter((each) => each != null && each !== "").map(String);
  return { text: [...said(CODES).map(spaced), ...said(WORDS)].join(" · "), seq: typeof known.seq === "number" ? known.seq : null };
}
