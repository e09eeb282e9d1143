/** What can be seen wrong in a message to leave before the server looks. Pure; the server's check decides. */
import type { LeftDraft } from "../state";

export type Way = "record" | "email" | "phone";
export type FieldName = "email" | "phone" | "text";
export interface FieldProblem {
  readonly field: FieldName;
  readonly word: "leaveBadEmail" | "leaveBadPhone" | "leaveNoText";
}

const FEWEST_DIGITS = 7;

export function problemOf(way: Way, { email, phone, text }: LeftDraft, needsText: boolean): FieldProblem | null {
  if (way === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email.trim())) return { field: "email", word: "leaveBadEmail" };
  const number = phone.trim();
  if (way === "phone" && (!/^(\+|00)/.test(number) || number.replace(/\D/g, "").length < FEWEST_DIGITS))
    return { field: "phone", word: "leaveBadPhone" };
  return needsText && !text.trim() ? { field: "text", word: "leaveNoText" } : null;
}
