/** An account while somebody edits it: what the form holds, what is sent, and what to do when somebody else was first. */
import type { Change, Listed, Member, NewColleague } from "./calls";

export const FIELDS = ["name", "email", "roles", "departments", "skills", "languages", "capacity"] as const;
export type Field = (typeof FIELDS)[number];

/** As it stands in the form: words with commas between are text until they are sent. */
export interface Draft {
  name: string;
  email: string;
  roles: readonly string[];
  departments: readonly string[];
  skills: string;
  languages: string;
  capacity: string;
}

export const EMPTY: Draft = { name: "", email: "", roles: ["agent"], departments: [], skills: "", languages: "en", capacity: "4" };

export function draftOf(member: Member): Draft {
  const { name, email, roles, departments, skills, languages, capacity } = member;
  return { name, email, roles, departments, skills: skills.join(", "), languages: languages.join(", "), capacity: String(capacity) };
}

export function contentOf(draft: Draft): Required<NewColleague> {
  return {
    name: draft.name.trim(),
    email: draft.email.trim(),
    roles: [...draft.roles],
    departments: [...draft.departments],
    skills: split(draft.skills),
    languages: split(draft.languages),
    capacity: Number(draft.capacity),
  };
}

/** The fields that the draft would change; null where there are none. */
export function changeOf(member: Member, draft: Draft): Change | null {
  const wanted = contentOf(draft);
  const changed = FIELDS.filter((field) => !same(wanted[field], member[field]));
  return changed.length ? (Object.fromEntries(changed.map((field) => [field, wanted[field]])) as Change) : null;
}

/** The draft on the account as it is now: what its writer had not touched follows, the rest stays. `moved`: what differs. */
export function rebased(base: Member, draft: Draft, now: Member): { draft: Draft; moved: Field[] } {
  const mine = changeOf(base, draft) ?? {};
  const theirs = draftOf(now);
  const kept = FIELDS.filter((field) => !(field in mine));
  return {
    draft: { ...draft, ...Object.fromEntries(kept.map((field) => [field, theirs[field]])) },
    moved: FIELDS.filter((field) => !same(base[field], now[field])),
  };
}

/** `word` with the others, or without it. */
export function toggled(words: readonly string[], word: string): string[] {
  return words.includes(word) ? words.filter((each) => each !== word) : [...words, word];
}

/** Those in whose name, e-mail, role, department, skill or language every word of `query` is found. */
export function found(people: readonly Listed[], query: string): Listed[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return people.filter((each) => {
    const { name, email, roles, departments, skills, languages } = each;
    const text = [name, email, ...roles, ...departments, ...skills, ...languages].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Roles and departments are sets; a list that was only put in another order is the same. */
function same(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((each) => other.includes(each));
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}
