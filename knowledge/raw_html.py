"""Raw HTML in an article's Markdown: what is refused, what nobody is meant to read, and tags in plain text. Pure.

The Markdown parser finds it, so that what is code, escaped or written as an entity is text, here as on the page. It
makes two tokens of it: ``UNSEEN`` for a comment or an element that a browser would not show, ``TAG`` for a tag, which
pages show as text and plain text leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

UNSEEN = "unseen"
TAG = "tag"
_ACTIVE = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed|style|link|meta|base|form|svg|math)\b|\son[a-z]+\s*=|javascript:", re.I
)
_OPENING = re.compile(
    r"""
      (?P<empty><!---?>)
    | (?P<comment><!--)
    | <(?P<name>[a-z][a-z0-9-]*)\b(?:[^<>"']|"[^"<>]*"|'[^'<>]*'){0,300}?\s
        (?:hidden(?=[\s/>=])|style\s*=[^<>]{0,300}?
          (?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![\d.])))
        [^<>]*>
    """,
    re.I | re.X,
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


def find(markdown: MarkdownIt) -> None:
    """A plugin: ``parser.use(find)``."""
    markdown.block.ruler.before("table", UNSEEN, _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    markdown.inline.ruler.before("autolink", UNSEEN, _inline)
    markdown.add_render_rule(UNSEEN, lambda *_: "")
    markdown.add_render_rule(TAG, lambda _, tokens, at, *__: escapeHtml(tokens[at].content))


def unseen(tokens: Iterable[Token]) -> tuple[int, str] | None:
    """The line and the beginning of what would hide words and cannot be left out surely: a comment without an end in
    its block, or an element that a browser would not show."""
    for token in tokens:
        for part in (token, *(token.children or ())):
            if part.type == UNSEEN and part.content:
                line = (token.map or [0])[0] + token.content.count("\n", 0, part.meta.get("at", 0)) + 1
                return line, part.content
    return None


def without(tag: Token) -> str:
    """What plain text has for a tag: a space where it parts lines or blocks, nothing for any other."""
    return " " if _PARTING.match(tag.content) else ""


def _block(state: StateBlock, line: int, lines: int, silent: bool) -> bool:
    """What begins a block and is not seen goes whole, over blank lines and whatever stands in it. What follows on its
    last line begins a block of its own."""
    if state.is_code_block(line):
        return False
    start = at = state.bMarks[line] + state.tShift[line]
    last, refused = line, ""
    while opening := _OPENING.match(state.src, at, state.eMarks[lines - 1]):
        end = _end(state, opening)
        until = None if end is None else _line_of(state, end, last, lines)
        if end is None or until is None:
            break
        last, at, refused = until, state.skipSpaces(end), refused or _refused(opening)
    rest = at < state.eMarks[last]
    if at == start or (rest and last == line):
        return False
    if silent:
        return True
    token = state.push(UNSEEN, "", 0)
    token.map, token.content = [line, last + 1], refused
    state.line = last if rest else last + 1
    if rest:
        state.bMarks[last], state.tShift[last], state.sCount[last] = at, 0, state.blkIndent
    return True


def _line_of(state: StateBlock, end: int, line: int, lines: int) -> int | None:
    """The line of the place ``end``, if the block that holds ``line`` goes on until there."""
    if end > state.eMarks[lines - 1]:
        return None
    while state.eMarks[line] < end:
        line += 1
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return None
    return line


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    opening = _OPENING.match(state.src, state.pos, state.posMax)
    end = _end(state, opening) if opening else None
    if end and end > state.posMax:
        end = None
    if opening and not silent:
        token = state.push(UNSEEN, "", 0)
        token.content = _refused(opening) if end else opening[0]
        token.meta["at"] = state.pos
    if end:
        state.pos = end
    elif tag := _TAG.match(state.src, state.pos, state.posMax):
        if not silent:
            state.push(TAG, "", 0).content = tag[0]
        state.pos = tag.end()
    elif opening:
        if not silent:
            state.pending += "<"
        state.pos += 1
    return bool(end or tag or opening)


def _refused(opening: re.Match[str]) -> str:
    """A comment that has an end may stand, an element that hides words may not."""
    return opening[0] if opening["name"] else ""


def _end(state: StateBlock | StateInline, opening: re.Match[str]) -> int | None:
    """Where it ends in this text. What was looked for once is remembered: a text may begin any number of them."""
    if opening["empty"]:
        return opening.end()
    ending = rf"</{opening['name']}\s*>" if opening["name"] else "-->"
    known = state.env.setdefault("endings", {})
    text, since, found = known.get((type(state), ending.lower()), ("", 0, None))
    if text is not state.src or since > opening.end() or (found is not None and found.start() < opening.end()):
        found = re.compile(ending, re.I).search(state.src, opening.end())
        known[type(state), ending.lower()] = (state.src, opening.end(), found)
    return found.end() if found else None
