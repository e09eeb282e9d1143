"""Raw HTML in an article's Markdown: what is refused, what nobody is meant to read, and tags in plain text. Pure."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

_ACTIVE = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed|style|link|meta|base|form|svg|math)\b|\son[a-z]+\s*=|javascript:", re.I
)
_CODE_OR_UNSEEN = re.compile(
    r"""
      ^[ \t>]*(?P<fence>`{3,}(?=[^`\n]*\n)|~{3,})[^\n]*\n(?:.*?^[ \t>]*(?P=fence)[`~]*[ \t]*$|.*\Z)
    | (?<!`)(?P<tick>`+)(?!`)(?:(?!\n[ \t]*\n).){0,4000}?(?<!`)(?P=tick)(?!`)
    | (?P<comment><!--)(?P<comment_end>.*?-->)?
    | (?P<element><(?P<name>[a-z][a-z0-9-]*)\b(?:[^<>"']|"[^"<>]*"|'[^'<>]*'){0,300}?\s
        (?:hidden(?=[\s/>=])|style\s*=[^<>]{0,300}?
          (?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![\d.])))
        [^<>]*>)(?P<element_end>.*?</(?P=name)\s*>)?
    """,
    re.I | re.M | re.S | re.X,
)
_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|blockquote|br|button|center|cite|code|dd|del|details|dfn|div|dl|dt|em|figcaption|figure"
    r"|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|summary|sup|table"
    r"|tbody|td|th|thead|tr|tt|u|ul|var|wbr)(?=[\s/>])[^<>]*>",
    re.I,
)
"""Elements of HTML by name: what else stands in angle brackets, such as <your name>, is for people."""
_PARTING = re.compile(r"</?(?:br|hr|p|div|li|td|th|tr|h[1-6])\b", re.I)


def active(markdown: str) -> str | None:
    """The first piece of raw HTML that a browser would act on, or None. Code is not HTML."""
    for token in MarkdownIt("commonmark", {"html": True}).parse(markdown):
        for part in [token, *(token.children or [])]:
            if part.type in ("html_block", "html_inline") and (found := _ACTIVE.search(part.content)):
                return found.group(0).strip()
    return None


def unseen(markdown: str) -> tuple[int, str] | None:
    """The line and the beginning of what would hide words and cannot be left out surely: a comment without an end, or
    an element that a browser would not show. Code is not HTML."""
    for found in _CODE_OR_UNSEEN.finditer(markdown):
        if found["element"] or (found["comment"] and found["comment_end"] is None):
            return markdown.count("\n", 0, found.start()) + 1, found["element"] or found["comment"]
    return None


def visible(markdown: str) -> str:
    """Without comments and elements that a browser would hide, on as many lines. Code keeps what it shows."""

    kept, at = [], 0
    for found in _CODE_OR_UNSEEN.finditer(markdown):
        if found["comment"] and found["comment_end"] is None:
            break  # no comment ends after this one, and each would be looked for to the end
        if found["comment_end"] is not None or found["element_end"] is not None:
            kept += [markdown[at : found.start()], "\n" * found[0].count("\n")]
            at = found.end()
    return "".join([*kept, markdown[at:]])


def without_tags(text: str) -> str:
    """A space stands for a tag that parts lines or blocks, nothing for any other."""
    return _TAG.sub(lambda tag: " " if _PARTING.match(tag[0]) else "", text)
