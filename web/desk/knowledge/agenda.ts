/** What is due, put under the late ones, this week, and then month by month. Pure. */
import type { Due } from "./types";
import { k } from "./words";

export interface Chapter {
  when: "late" | "week" | "month";
  title: string;
  entries: Due[];
}

export function byWhen(entries: readonly Due[], now: Date): Chapter[] {
  const chapters = new Map<string, Chapter>();
  for (const each of [...entries].sort((a, b) => a.due_at.localeCompare(b.due_at))) {
    const when = each.late_by_days > 0 ? "late" : each.late_by_days > -7 ? "week" : "month";
    const title = when === "month" ? monthOf(each.due_at, now) : k(when === "late" ? "late" : "thisWeek");
    const chapter = chapters.get(title) ?? { when, title, entries: [] };
    chapter.entries.push(each);
    chapters.set(title, chapter);
  }
  return [...chapters.values()];
}

function monthOf(due: string, now: Date): string {
  const [year = 0, month = 1] = due.slice(0, 7).split("-").map(Number);
  const format = year === now.getFullYear() ? { month: "long" as const } : { month: "long" as const, year: "numeric" as const };
  return new Date(year, month - 1, 1).toLocaleDateString([], format);
}
