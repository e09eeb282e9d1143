/**
 * What is said after a step, and what takes it back.
 *
 * Each way back names the version that was on screen: what a colleague saved meanwhile makes it a conflict, which is
 * told, and is never buried.
 */
import type { KnowledgeCalls } from "./calls";
import { dayText, momentText } from "./format";
import { reach } from "./reach";
import type { ArticleLine, Content, Stored } from "./types";
import { k } from "./words";

export interface Undo {
  run: () => Promise<unknown>;
  said: string;
}

export interface Done {
  said: string;
  undo: Undo | null;
}

/**
 * `made` is what the server answered: a version for a later day waits for it while an earlier one answers. Without an
 * earlier one it is published and answers from its day. `today` is the company's.
 */
export function published(calls: KnowledgeCalls, before: ArticleLine, made: Stored, dates: Dates, today: string): Done {
  const { id, latest_version: version } = before;
  if (made.published_version !== version) return { said: k("waitsToast", { version }), undo: null };
  return { said: said(version, dates, today), undo: before.published_version === null ? unpublished(calls, before) : backTo(calls, id, before.published_version, version) };
}

export function wentBack(calls: KnowledgeCalls, before: ArticleLine, to: number, made: Stored): Done {
  if (made.published_version !== made.latest_version) return { said: k("waitsToast", { version: made.latest_version }), undo: null };
  return { said: k("rolledBackToast", { version: to }), undo: backTo(calls, before.id, before.published_version, made.latest_version) };
}

type Dates = Pick<Content, "effective_from" | "effective_until">;

function said(version: number, dates: Dates, today: string): string {
  const what = reach(dates, today);
  if (what.answers === "now") return k("publishedToast", { version });
  return k(what.answers === "later" ? "publishedLaterToast" : "publishedEndedToast", { version, day: dayText(what.day) });
}

/** Everything that the archive took away comes back, but for a version that answered beside a newer draft. */
export function archived(calls: KnowledgeCalls, before: ArticleLine): Done {
  const { id, latest_version: base, published_version: live } = before;
  const run = async () => {
    await calls.restore(id, base);
    if (live === base) await calls.publish(id, base, "");
    if (before.state === "in_review") await calls.submit(id, base, "");
    if (before.scheduled_for) await calls.schedule(id, base, before.scheduled_for, "");
  };
  const said = live === null || live === base ? k("undone") : k("restoredNotLive", { version: live });
  return { said: k("archivedToast"), undo: { run, said } };
}

/** A first version has none to go back to: it leaves every answer, and is the draft that it was. */
function unpublished(calls: KnowledgeCalls, { id, latest_version: base, state }: ArticleLine): Undo {
  const run = async () => {
    await calls.archive(id, base, "");
    await calls.restore(id, base);
    if (state === "in_review") await calls.submit(id, base, "");
  };
  return { run, said: k("undone") };
}

/** What the next save takes back without being asked: a plan to publish, or the place among the texts to be reviewed. */
export function willTakeBack({ scheduled_for: at, state }: ArticleLine): string | null {
  if (at) return k("saveUnplans", { time: momentText(at) });
  return state === "in_review" ? k("saveLeavesReview") : null;
}

/** After a save: what it took back, and the way to have it again with the new text. An hour that has passed has none. */
export function tookBack(calls: KnowledgeCalls, before: ArticleLine, stored: Stored, now: number) {
  const { id, latest_version: version } = stored;
  const at = before.scheduled_for;
  if (at) {
    const again = () => calls.schedule(id, version, at, "").then((): Done => ({ said: k("scheduledToast", { time: momentText(at) }), undo: null }));
    return { said: k("unplannedToast", { time: momentText(at) }), label: k("planAgain"), undo: new Date(at).getTime() > now, again };
  }
  if (before.state !== "in_review") return null;
  const again = () => calls.submit(id, version, "").then((): Done => ({ said: k("submittedToast"), undo: null }));
  return { said: k("leftReviewToast"), label: k("submitAgain"), undo: true, again };
}

function backTo(calls: KnowledgeCalls, id: string, version: number | null, base: number): Undo | null {
  return version === null ? null : { run: () => calls.rollback(id, version, base), said: k("undone") };
}
