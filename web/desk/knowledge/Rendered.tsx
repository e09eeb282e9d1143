import { type ComponentChildren, h } from "preact";
import { useMemo } from "preact/hooks";

/** What the server's cleaned HTML may consist of. Anything else is shown as the text inside it. */
const TAGS = new Set(
  "a p h2 h3 h4 h5 h6 ul ol li strong em code pre blockquote br hr table thead tbody tr th td del div".split(" "),
);

/**
 * HTML from the server as nodes of the page. It was cleaned there; here it is read by an inert parser and rebuilt tag
 * by tag, so that even a hole in the cleaning could not become a script.
 */
export function Rendered({ html }: { html: string }) {
  const nodes = useMemo(() => children(new DOMParser().parseFromString(html, "text/html").body), [html]);
  return <div class="prose">{nodes}</div>;
}

function children(parent: Node): ComponentChildren[] {
  return [...parent.childNodes].map((node, at) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent;
    if (!(node instanceof Element)) return null;
    const tag = node.tagName.toLowerCase();
    if (tag === "script" || tag === "style") return null;
    if (!TAGS.has(tag)) return children(node);
    return h(tag, { key: at, ...attributes(node, tag) }, tag === "br" || tag === "hr" ? undefined : children(node));
  });
}

function attributes(node: Element, tag: string): Record<string, unknown> {
  if (tag === "a") {
    const href = node.getAttribute("href") ?? "";
    // A place on the same page would change the desk's own address.
    return /^(https:\/\/|\/help\/)/.test(href) ? { href, target: "_blank", rel: "noopener noreferrer" } : {};
  }
  if (tag === "ol" && node.hasAttribute("start")) return { start: Number(node.getAttribute("start")) };
  if (tag === "div" && node.getAttribute("class") === "table") return { class: "prose-table", tabIndex: 0 };
  return {};
}
