/**
 * The little markdown that answers use: paragraphs, line breaks, lists, bold and links. Text becomes a tree and the
 * tree becomes DOM nodes; there is no HTML string anywhere, so nothing that is written can become markup.
 */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "bold"; children: Inline[] }
  | { kind: "link"; href: string; text: string };

export type Block = { kind: "paragraph"; lines: Inline[][] } | { kind: "list"; ordered: boolean; items: Inline[][] };

const BULLET = /^\s{0,3}[-*•]\s+(.*)$/;
const NUMBER = /^\s{0,3}\d{1,3}[.)]\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const INLINE = /\*\*([^*\n]+)\*\*|\[([^\]\n]{1,300})\]\(([^\s()]{1,2000})\)|https?:\/\/[^\s<>"'\])]{1,2000}/g;

/**
 * The address a link may lead to: http and https only, a bare path is taken on `base`. Everything else is null.
 * The browser's own parser decides, so "java\nscript:" and its like are read as the browser would read them.
 */
export function safeHref(href: string, base: string): string | null {
  try {
    const url = new URL(href, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export function parseInline(text: string, base: string, bold = true): Inline[] {
  const parts: Inline[] = [];
  const push = (plain: string) => {
    if (plain) parts.push({ kind: "text", text: plain });
  };
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, strong, label, target] = match;
    push(text.slice(at, match.index));
    at = match.index + whole.length;
    if (strong !== undefined) {
      if (bold) parts.push({ kind: "bold", children: parseInline(strong, base, false) });
      else push(whole);
    } else if (label !== undefined && target !== undefined) {
      const href = safeHref(target, base);
      if (href) parts.push({ kind: "link", href, text: label });
      else push(whole);
    } else {
      const address = whole.replace(/[.,;:!?*]+$/, "");
      const href = safeHref(address, base);
      if (href) parts.push({ kind: "link", href, text: address });
      else push(address);
      push(whole.slice(address.length));
    }
  }
  push(text.slice(at));
  return parts;
}

/** The words alone, for a screen reader's announcement. */
export function plainText(text: string): string {
  const words = (parts: Inline[]): string =>
    parts.map((part) => (part.kind === "bold" ? words(part.children) : part.text)).join("");
  return parseMarkdown(text, "https://host.invalid")
    .flatMap((block) => (block.kind === "list" ? block.items : block.lines))
    .map(words)
    .join(" ");
}

export function parseMarkdown(text: string, base: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const line of (text ?? "").replace(/\r\n?/g, "\n").split("\n")) {
    const bullet = BULLET.exec(line);
    const number = bullet ? null : NUMBER.exec(line);
    const item = bullet?.[1] ?? number?.[1];
    if (!line.trim()) {
      open = null;
    } else if (item !== undefined) {
      const ordered = number !== null;
      if (open?.kind !== "list" || open.ordered !== ordered) blocks.push((open = { kind: "list", ordered, items: [] }));
      open.items.push(parseInline(item, base));
    } else {
      const heading = HEADING.exec(line)?.[1];
      const inline: Inline[] =
        heading === undefined
          ? parseInline(line, base)
          : [{ kind: "bold", children: parseInline(heading, base, false) }];
      if (open?.kind !== "paragraph") blocks.push((open = { kind: "paragraph", lines: [] }));
      open.lines.push(inline);
    }
  }
  return blocks;
}
