/** Numbers of the insights pages as people read them. */
import type { Figure } from "./calls";

export const share = (value: number | null | undefined) => (value == null ? "–" : `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`);

/** A share's 95 % interval, or a dash. */
export const between = (bounds: readonly [number, number] | readonly number[] | null | undefined) => (bounds ? `${share(bounds[0])} – ${share(bounds[1])}` : "–");

/** A figure's value in its own unit. */
export function valueOf(figure: Pick<Figure, "unit">, value: number | null): string {
  if (value === null) return "–";
  if (figure.unit === "share") return share(value);
  if (figure.unit !== "seconds") return value.toFixed(1);
  if (value < 120) return `${Math.round(value)} s`;
  return value < 7200 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
}

/** Whether the value lies on the wrong side of its target; without either there is nothing to miss. */
export function misses({ value, target, wanted }: Pick<Figure, "value" | "target" | "wanted">): boolean {
  if (value === null || target === null) return false;
  return wanted === "at least" ? value < target : value > target;
}
