/** Numbers and times as people read them. */

import { t } from "./words";

export function clock(at: string): string {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return "";
  const now = new Date();
  const hour = { hour: "2-digit", minute: "2-digit" } as const;
  if (when.toDateString() === now.toDateString()) return when.toLocaleTimeString([], hour);
  const year = when.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return when.toLocaleString([], { day: "numeric", month: "short", ...year, ...hour });
}

/** Somebody else's hour: "Europe/Berlin · 14:05 there now". A zone that this browser does not know stands alone. */
export function hourIn(timezone: string, now = new Date()): string {
  try {
    const hour = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", timeZone: timezone });
    return t("hourThere", { timezone, hour });
  } catch {
    return timezone;
  }
}

/** Time since `at`, short: "just now", "4 min", "2 h 10 min", "3 d". */
export function elapsed(at: string, now: number): string {
  const minutes = Math.floor((now - new Date(at).getTime()) / 60_000);
  return minutes >= 1 ? span(minutes) : "just now";
}

function span(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

export function score(value: number): string {
  return value.toFixed(2);
}

export function spaced(code: string): string {
  return code.replace(/_/g, " ");
}

/** The same moment for everybody, wherever they read it. */
export function utc(at: string): string {
  const when = new Date(at);
  return Number.isNaN(when.getTime()) ? "" : `${when.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Time until `at`, short; an empty text when it has come. */
export function remaining(at: string, now: number): string {
  const minutes = Math.ceil((new Date(at).getTime() - now) / 60_000);
  return minutes > 0 ? span(minutes) : "";
}

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** How sure the assistant was, in a word. */
export function sureness(confidence: number): "high" | "some" | "low" {
  return confidence >= 0.8 ? "high" : confidence >= 0.5 ? "some" : "low";
}
