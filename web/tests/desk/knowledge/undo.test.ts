import { describe, expect, test } from "vitest";
import { knowledgeCalls } from "../../../desk/knowledge/calls";
import type { ArticleLine } from "../../../desk/knowledge/types";
import { archived, published, tookBack, type Undo, wentBack, willTakeBack } from "../../../desk/knowledge/undo";
import { article } from "./builders";

/** The calls, and what they sent. */
function sending() {
  const sent: unknown[] = [];
  const request = (method: string, path: string, options?: { body?: unknown }) => {
    sent.push([method, path.replace("/articles/tents", ""), options?.body]);
    return Promise.resolve({});
  };
  return { calls: knowledgeCalls(request as never), sent };
}

const draft = (more: Partial<ArticleLine> = {}) => article("tents", { state: "draft", latest_version: 3, published_version: 2, ...more });

const TODAY = "2026-05-04";
const ALWAYS = { effective_from: null, effective_until: null };

async function undone(undo: Undo | null): Promise<string> {
  await undo?.run();
  return undo?.said ?? "no way back";
}

describe("publishing", () => {
  test("is taken back on the version that was shown, so that a colleague's newer draft is a conflict", async () => {
    const { calls, sent } = sending();
    const done = published(calls, draft(), draft({ state: "published", published_version: 3 }), ALWAYS, TODAY);
    expect(done.said).toBe("Version 3 is published.");
    expect(await undone(done.undo)).toBe("Taken back.");
    expect(sent).toEqual([["POST", "/rollback", { to_version: 2, base_version: 3 }]]);
  });

  test.each([
    [{ effective_from: "2026-05-04", effective_until: "2026-05-04" }, "Version 3 is published."],
    [{ effective_from: "2026-05-05", effective_until: null }, /answers from/],
    [{ effective_from: null, effective_until: "2026-05-03" }, /it answers nothing/],
  ])("says what customers get of %j", (dates, wanted) => {
    const before = draft({ published_version: null });
    expect(published(sending().calls, before, draft({ published_version: 3 }), dates, TODAY).said).toMatch(wanted);
  });

  test("for a later day says so, and has no way back that would drop the plan", () => {
    expect(published(sending().calls, draft(), draft(), ALWAYS, TODAY)).toEqual({ said: "Version 3 waits for its first day, and goes out by itself then.", undo: null });
  });

  test("for the first time is taken back through the archive, to the draft that it was", async () => {
    const { calls, sent } = sending();
    const before = draft({ state: "in_review", published_version: null });
    expect(await undone(published(calls, before, draft({ published_version: 3 }), ALWAYS, TODAY).undo)).toBe("Taken back.");
    expect(sent.map((each) => (each as [string, string, { state: string }])[2].state)).toEqual(["archived", "draft", "in_review"]);
  });
});

test("going back is taken back on the version that it made", async () => {
  const { calls, sent } = sending();
  const { undo } = wentBack(calls, draft(), 1, draft({ latest_version: 4, published_version: 4 }));
  expect(await undone(undo)).toBe("Taken back.");
  expect(sent).toEqual([["POST", "/rollback", { to_version: 2, base_version: 4 }]]);
});

describe("archiving", () => {
  const restore = ["PATCH", "", { base_version: 3, state: "draft", note: "" }];

  test("what answered answers again", async () => {
    const { calls, sent } = sending();
    expect(await undone(archived(calls, draft({ state: "published", published_version: 3 })).undo)).toBe("Taken back.");
    expect(sent).toEqual([restore, ["POST", "/publish", { base_version: 3, note: "" }]]);
  });

  test("what waited for review and for its hour waits again", async () => {
    const { calls, sent } = sending();
    const before = draft({ state: "in_review", published_version: null, scheduled_for: "2027-01-31T09:00:00Z" });
    expect(await undone(archived(calls, before).undo)).toBe("Taken back.");
    expect(sent).toEqual([
      restore,
      ["PATCH", "", { base_version: 3, state: "in_review", note: "" }],
      ["POST", "/schedule", { base_version: 3, publish_at: "2027-01-31T09:00:00Z", note: "" }],
    ]);
  });

  test("a version that answered beside a newer draft stays withdrawn, and that is said", async () => {
    const { calls, sent } = sending();
    expect(await undone(archived(calls, draft()).undo)).toBe("The draft is back. Version 2, which answered before, stays withdrawn until you publish.");
    expect(sent).toEqual([restore]);
  });
});

describe("saving a change", () => {
  const AT = "2027-01-31T09:00:00Z";
  const BEFORE = Date.parse(AT) - 60_000;
  const saved = draft({ latest_version: 4 });

  test("tells before that it takes a plan back, and plans the new version again at the same hour", async () => {
    const { calls, sent } = sending();
    const planned = draft({ scheduled_for: AT });
    expect(willTakeBack(planned)).toContain("Saving a change takes that back");
    const lost = tookBack(calls, planned, saved, BEFORE);
    expect([lost?.label, lost?.undo]).toEqual(["Plan it again", true]);
    await lost?.again();
    expect(sent).toEqual([["POST", "/schedule", { base_version: 4, publish_at: AT, note: "" }]]);
  });

  test("offers no hour that has passed", () => {
    expect(tookBack(sending().calls, draft({ scheduled_for: AT }), saved, Date.parse(AT) + 1)?.undo).toBe(false);
  });

  test("tells that a text leaves its review, and hands it in again", async () => {
    const { calls, sent } = sending();
    const waiting = draft({ state: "in_review" });
    expect(willTakeBack(waiting)).toContain("takes it out of there");
    await tookBack(calls, waiting, saved, BEFORE)?.again();
    expect(sent).toEqual([["PATCH", "", { base_version: 4, state: "in_review", note: "" }]]);
  });

  test("says nothing of a draft that waits for nothing", () => {
    expect(willTakeBack(draft())).toBe(null);
    expect(tookBack(sending().calls, draft(), saved, BEFORE)).toBe(null);
  });
});
