/** The conversation as a text file, made here: what the customer sees is what the customer gets. */
import { plainText } from "../../shared/markdown";
import type { Conversation } from "../../shared/reduce";
import { timeline } from "../timeline";
import type { Words } from "../words";

export function transcript(conversation: Conversation, house: string, words: Words, locale: string): string {
  const at = (moment: string) => new Date(moment).toLocaleString(locale, { dateStyle: "short", timeStyle: "short" });
  const lines = timeline(conversation, house, words).map((item) => {
    if (item.kind === "failure") return item.text;
    if (item.kind === "line") return `${at(item.at)}  — ${item.text} —`;
    const { data, occurred_at, source } = item.fact;
    const said = source === "customer" ? data.text : plainText(data.text);
    const files = (data.attachments ?? []).map(({ name }) => `[${name}]`);
    const sources = (data.citations ?? []).map(({ title, section }) => `(${words("sources")}: ${title} · ${section})`);
    return `${at(occurred_at)}  ${item.who}: ${[said, ...files, ...sources].filter(Boolean).join("\n    ")}`;
  });
  return `${words("transcriptOf", { name: house })}\n\n${lines.join("\n")}\n`;
}

/** Gives the browser a file to save. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
