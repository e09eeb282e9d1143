/** What an agent has written and not sent, by hand-over. It survives a reload, in this browser, under their account. */

export interface Draft {
  reply: string;
  note: string;
}

export type Drafts = Readonly<Record<string, Draft>>;

export const NO_DRAFT: Draft = { reply: "", note: "" };

/** With a part changed; a draft that is empty is forgotten. */
export function withDraft(drafts: Drafts, id: string, change: Partial<Draft>): Drafts {
  const { [id]: before, ...others } = drafts;
  const next = { ...(before ?? NO_DRAFT), ...change };
  return next.reply || next.note ? { ...others, [id]: next } : others;
}

/** What was kept, or nothing where it cannot be read. */
export function readDrafts(kept: string | null): Drafts {
  try {
    const value: unknown = JSON.parse(kept ?? "{}");
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([id, draft]) => {
        const { reply = "", note = "" } = (draft ?? {}) as Partial<Draft>;
        return typeof reply === "string" && typeof note === "string" ? [[id, { reply, note }]] : [];
      }),
    );
  } catch {
    return {};
  }
}
