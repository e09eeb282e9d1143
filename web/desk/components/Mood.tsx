import type { Packet } from "../../shared/types";
import { score } from "../format";
import { t } from "../words";

const WIDTH = 280;
const HEIGHT = 48;
const EDGE = 5;

/** Frustration over the customer's messages, as a small line with the same said in words. */
export function Mood({ mood }: { mood: Packet["mood"] }) {
  const values = mood.frustration ?? [];
  const facts = [
    mood.turns ? t("moodTurns", { count: mood.turns }) : "",
    mood.rephrasings ? t("moodRephrasings", { count: mood.rephrasings }) : "",
    (mood.minutes ?? 0) >= 1 ? t("moodMinutes", { count: Math.round(mood.minutes ?? 0) }) : "",
    mood.prior_contacts ? t("moodContacts", { count: mood.prior_contacts }) : "",
  ].filter(Boolean);
  return (
    <div class="mood">
      {values.length > 1 && <Line values={values} />}
      {facts.length > 0 && <p class="soft">{facts.join(" · ")}</p>}
    </div>
  );
}

function Line({ values }: { values: number[] }) {
  const points = values.map((value, index) => ({
    x: EDGE + (index / (values.length - 1)) * (WIDTH - 2 * EDGE),
    y: EDGE + (1 - Math.max(0, Math.min(1, value))) * (HEIGHT - 2 * EDGE),
  }));
  const last = points[points.length - 1];
  const text = t("moodText", {
    first: score(values[0] ?? 0),
    last: score(values[values.length - 1] ?? 0),
    count: values.length,
    highest: score(Math.max(...values)),
  });
  return (
    <svg class="mood-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={text}>
      <title>{text}</title>
      <line x1={EDGE} x2={WIDTH - EDGE} y1={HEIGHT - EDGE} y2={HEIGHT - EDGE} />
      <polyline points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
      {last && <circle cx={last.x} cy={last.y} r={3.5} />}
    </svg>
  );
}
