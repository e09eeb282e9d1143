/** Days, times and shares as editors read them. */

/** A local day: "3 Mar 2027". Days of the contract have no time zone and are taken as they are. */
export function dayText(iso: string): string {
  const [year = 0, month = 1, date = 1] = iso.slice(0, 10).split("-").map(Number);
  return new Date(year, month - 1, date).toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}

/** The ISO day of a moment in a time zone (an IANA name); empty for no moment. */
export function dayIn(at: Date, zone: string): string {
  return Number.isNaN(at.getTime()) ? "" : at.toLocaleDateString("sv-SE", { timeZone: zone });
}

/** A moment in the reader's time zone, with the year where it is another one. */
export function momentText(iso: string, now = Date.now()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const year = at.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: "numeric" } as const);
  return at.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...year });
}

export type Span = { unit: "minutes" | "hours" | "days"; count: number };

/** The length of a time, in the one unit that says it best. */
export function span(milliseconds: number): Span {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 90) return { unit: "minutes", count: minutes };
  const hours = Math.round(minutes / 60);
  return hours < 48 ? { unit: "hours", count: hours } : { unit: "days", count: Math.round(hours / 24) };
}

/** "38 %", and "–" where nothing was counted: no share of nothing is claimed. */
export function share(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)}\u00a0%` : "–";
}

/** "ruth.ahlgren@oberlarn.example" → "ruth.ahlgren": who it was, at a glance. */
export function who(email: string): string {
  return email.split("@")[0] || "–";
}

/** The points of a line through `values`, in a box of `width` by `height` with room for the line's own thickness. */
export function sparkPoints(values: readonly number[], width: number, height: number): string {
  const top = Math.max(1, ...values);
  const step = values.length > 1 ? (width - 4) / (values.length - 1) : 0;
  return values.map((value, at) => `${(2 + at * step).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`).join(" ");
}
