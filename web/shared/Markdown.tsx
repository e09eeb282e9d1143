import type { ComponentChildren } from "preact";
import { type Inline, parseMarkdown } from "./markdown";

interface Props {
  text: string;
  /** Bare paths in links are taken on this origin. */
  base: string;
}

export function Markdown({ text, base }: Props) {
  return (
    <>
      {parseMarkdown(text, base).map((block, index) => {
        if (block.kind === "paragraph") return <p key={index}>{block.lines.flatMap(line)}</p>;
        const items = block.items.map((item, at) => <li key={at}>{item.map(node)}</li>);
        return block.ordered ? <ol key={index}>{items}</ol> : <ul key={index}>{items}</ul>;
      })}
    </>
  );
}

function line(parts: Inline[], index: number): ComponentChildren[] {
  const nodes = parts.map(node);
  return index === 0 ? nodes : [<br key={`break-${index}`} />, ...nodes];
}

function node(part: Inline): ComponentChildren {
  switch (part.kind) {
    case "text":
      return part.text;
    case "bold":
      return <strong>{part.children.map(node)}</strong>;
    case "link":
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      );
  }
}
