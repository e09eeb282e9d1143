"""Article Markdown: sections with anchors, plain text for answers, and safe HTML for pages. Pure.

One parser serves all three, so an anchor in a citation is the anchor on the page. Raw HTML is never passed through:
tags are shown as text on pages and left out of plain text; comments, and elements that a browser would hide, are left
out of both, since whoever wrote them meant nobody to read them. Links survive when they point into the help centre or
to an allowed host; images never do (an image is fetched without a click, which is how retrieved text carries data
away).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

from knowledge import raw_html

HELP_PATH = "/help/"
_ASKED = re.compile(r'\[asked\]: # "([^"\n]{1,200})"[ \t]*')
TAKEN_ANCHORS = ("main", "q")
"""Names that the help page gives to its own parts."""
MAX_ASKED = 60
"""Ways to ask that are read for one section."""
CELL, NAMED = "\ue000", "\ue001"
"""Marks of table rows: before each cell but the first, and between the name of a column and its value. Both are left
out of what articles say, so no text can look like a row."""
_BARE = re.compile(r"[\d.,:%/–-]+")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>()\[\]]+|\b(?:javascript|data|vbscript):[^\s<>()\[\]]+", re.I)
_TAGS = {"a", "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "br"}
_TAGS |= {"hr", "table", "thead", "tbody", "tr", "th", "td", "del", "div"}


@dataclass(frozen=True)
class Section:
    """The text under one heading. ``headings`` is the path from the article's top, ``lines`` plain text blocks.

    A line is a paragraph, one list item (``- …`` or ``2. …``), or one table row (``Column: value; …``). ``marked`` are
    the same lines with the marks of table rows, for ``spoken``. ``asked`` are the customers' ways to ask for it: lines
    ``[asked]: # "…"``, which Markdown does not show.
    """

    headings: tuple[str, ...]
    anchor: str
    marked: tuple[str, ...]
    asked: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(map(unmarked, self.marked))


@dataclass(frozen=True)
class Heading:
    """``end``: number of the line after it, from 0."""

    anchor: str
    end: int


def headings(markdown: str) -> list[Heading]:
    """The headings that begin sections, in order."""
    tokens, slugs = parser().parse(markdown), Anchors()
    return [
        Heading(slugs.next(_inline(tokens[at + 1], ())), (token.map or [0, 0])[1])
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]


def way_to_ask(line: str) -> str | None:
    """What a line ``[asked]: # "…"`` says; None for any other line."""
    found = _ASKED.fullmatch(line)
    return found.group(1) if found else None


def asked_line(way: str) -> str:
    return f'[asked]: # "{way}"'


def parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).use(raw_html.find)


def allowed_link(url: str, hosts: Sequence[str]) -> bool:
    """Whether a link may be shown: a page of the help centre, a place on the same page, or https to an allowed host."""
    if any(character.isspace() or ord(character) < 32 or character == "\\" for character in url):
        return False
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if not parts.scheme and not parts.netloc:
        return url.startswith(("#", HELP_PATH)) and ".." not in unquote(parts.path)
    return parts.scheme == "https" and "@" not in parts.netloc and host in {name.lower() for name in hosts}


def sections(markdown: str, hosts: Sequence[str] = ()) -> list[Section]:
    """Split at headings. Text before the first heading has no headings and an empty anchor; empty sections are left."""
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    anchor, slugs = "", Anchors()
    blocks: list[Token] = []
    env: EnvType = {}
    tokens = parser().parse(markdown, env)
    ways = list(_ways(markdown, env))
    since = 0

    def close(until: float) -> None:
        lines = tuple(line for line in _lines(blocks, hosts) if line)
        if lines:
            asked = tuple(way for line, way in ways if since <= line < until)
            found.append(Section(tuple(text for _, text in path), anchor, lines, asked[:MAX_ASKED]))
        blocks.clear()

    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "heading_open" and token.level == 0:
            start, since_next = token.map or [0, 0]
            close(start)
            since = since_next
            level, text = int(token.tag[1]), _inline(tokens[index + 1], ())
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, text))
            anchor = slugs.next(text)
            index += 3
            continue
        blocks.append(token)
        index += 1
    close(math.inf)
    return found


def _ways(markdown: str, env: EnvType) -> Iterator[tuple[int, str]]:
    """(number of the line from 0, way to ask) of each line ``[asked]`` that the parser took for no text."""
    named = [one for label, one in env.get("references", {}).items() if label == "ASKED"]
    named += [one for one in env.get("duplicate_refs", ()) if one["label"] == "ASKED"]
    source = markdown.split("\n")
    for line in sorted(one["map"][0] for one in named):
        if (way := way_to_ask(source[line])) is not None:
            yield line, way


class Anchors:
    """Anchors of one page in order, each its own: a repeated heading gets ``-2``, ``-3``, …"""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._taken = set(TAKEN_ANCHORS)

    def next(self, heading: str) -> str:
        plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "section"
        while True:
            self._seen[slug] = count = self._seen.get(slug, 0) + 1
            anchor = slug if count == 1 else f"{slug}-{count}"
            if anchor not in self._taken:
                self._taken.add(anchor)
                return anchor


def to_html(markdown: str, hosts: Sequence[str] = (), to_page: Callable[[str], str] = str) -> str:
    """HTML for a page: headings carry their anchors and start at h2, links and tags come from allow-lists. ``to_page``
    makes the addresses of links to other help pages."""
    tokens = parser().parse(markdown)
    slugs = Anchors()
    for index, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            if token.type == "heading_open" and token.level == 0:
                token.attrSet("id", slugs.next(_inline(tokens[index + 1], ())))
            token.tag = f"h{min(6, max(2, int(token.tag[1])))}"
        if token.type == "inline":
            token.children = list(_safe_children(token.children or [], hosts, to_page))
    html = parser().renderer.render(tokens, parser().options, {})
    html = html.replace("<table>", '<div class="table" tabindex="0"><table>').replace("</table>", "</table></div>")
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={
            "a": {"href"},
            "ol": {"start"},
            "div": {"class", "tabindex"},
            **{f"h{level}": {"id"} for level in range(2, 7)},
        },
        url_schemes={"https"},
        link_rel="noopener nofollow ugc",
    )


def without_foreign_links(text: str, hosts: Sequence[str]) -> str:
    """Plain text in which no address outside the allow-list is left, and nothing that a Markdown reader would load."""
    text = _URL.sub(lambda match: match.group(0) if allowed_link(match.group(0), hosts) else "", text)
    return text.replace("![", "[").replace("](", "] (").replace("]:", "] :")


def _safe_children(children: Sequence[Token], hosts: Sequence[str], to_page: Callable[[str], str]) -> Iterator[Token]:
    dropped: list[bool] = []
    for token in children:
        if token.type == "image":
            yield Token("text", "", 0, content=_inline(token, ()))
        elif token.type == "link_open":
            url = str(token.attrs.get("href", ""))
            dropped.append(not allowed_link(url, hosts))
            if not dropped[-1]:
                token.attrs = {"href": to_page(url) if url.startswith(HELP_PATH) else url}
                yield token
        elif token.type == "link_close":
            if not dropped.pop():
                yield token
        else:
            yield token


def _lines(tokens: Sequence[Token], hosts: Sequence[str]) -> Iterator[str]:
    """Plain lines of a run of block tokens."""
    lists: list[int | None] = []
    fresh_item = False
    header: list[str] = []
    row: list[str] = []
    in_head = in_cell = False
    for token in tokens:
        if token.type == "ordered_list_open":
            lists.append(int(token.attrs.get("start", 1)) - 1)
        elif token.type == "bullet_list_open":
            lists.append(None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            fresh_item = True
            if lists[-1] is not None:
                lists[-1] += 1
        elif token.type == "thead_open":
            in_head, header = True, []
        elif token.type == "thead_close":
            in_head, header = False, row
        elif token.type == "tr_open":
            row = []
        elif token.type in ("td_open", "th_open", "td_close", "th_close"):
            in_cell = token.nesting == 1
        elif token.type == "tr_close" and not in_head:
            yield _row(header, row)
        elif token.type == "inline":
            text = _inline(token, hosts)
            if in_cell:
                row.append(text)
            elif lists and fresh_item:
                mark = "- " if lists[-1] is None else f"{lists[-1]}. "
                yield "  " * (len(lists) - 1) + mark + text
                fresh_item = False
            else:
                yield ("  " * len(lists)) + text
        elif token.type in ("fence", "code_block"):
            yield unmarked(token.content).strip("\n").replace("\n", " · ")


def _row(header: Sequence[str], cells: Sequence[str]) -> str:
    names = [*header, *[""] * (len(cells) - len(header))]
    line = marks = ""
    for column, (name, cell) in enumerate(zip(names, cells, strict=False)):
        marks += CELL if column else ""
        if cell:
            line += ("; " if line else "") + marks + (f"{name}: {NAMED}{cell}" if name else cell)
            marks = ""
    return line + marks


def is_row(line: str) -> bool:
    """Whether a line is a table row of two or more columns."""
    return CELL in line


def unmarked(text: str) -> str:
    """Lines as they are read and searched: without the marks of table rows."""
    return text.replace(CELL, "").replace(NAMED, "")


def spoken(line: str) -> str:
    """A table row as people read it: "M – Chest: 94 cm; Arm: 84 cm"; any other line as it is, without marks.

    What is in the first column is what the row is about. The others keep their names where there are several to tell
    apart, and any column does whose value is a number that says nothing without one. A name that is a question needs
    its colon, and a value may hold a comma: so names and values stand as in the article.
    """
    cells = [part.removesuffix("; ").rpartition(NAMED) for part in line.split(CELL)]
    (head, _, subject), values = cells[0], [cell for cell in cells[1:] if cell[2]]
    if not values or not subject:
        return unmarked(line)
    bare = _BARE.fullmatch(subject)
    if len(cells) == 2 and not bare and not _BARE.fullmatch(values[0][2]):
        return f"{subject}: {values[0][2]}"
    subject = head + subject if bare else subject
    return f"{subject} – " + "; ".join(name + value for name, _, value in values)


def shorter_rows(line: str, fits: Callable[[str], bool], cut: Callable[[str], Sequence[str]]) -> list[str]:
    """A table row as rows that fit, each with the first column and the names of what it holds; ``cut`` cuts a value
    that is too long alone. A row whose first column is too long itself stays as it is."""
    subject, *cells = line.split(CELL)
    columns = len(cells)
    subject = subject.removesuffix("; ")

    def row(held: Mapping[int, str]) -> str:
        """The row with some of its cells; empty ones keep their places."""
        made, marks = subject, ""
        for column in range(columns):
            marks += CELL
            if column in held:
                made, marks = f"{made}{'; ' if made else ''}{marks}{held[column]}", ""
        return made + marks

    rows: list[dict[int, str]] = []
    for column, cell in enumerate(cells):
        head, mark, value = cell.removesuffix("; ").rpartition(NAMED)
        if not value:
            continue
        whole = f"{head}{mark}{value}"
        if rows and fits(row({**rows[-1], column: whole})):
            rows[-1][column] = whole
        elif fits(row({column: whole})):
            rows.append({column: whole})
        else:
            rows += [{column: f"{head}{mark}{piece}"} for piece in cut(value)]
    made = [row(held) for held in rows]
    return made if made and all(map(fits, made)) else [line]


def _inline(token: Token, hosts: Sequence[str]) -> str:
    parts: list[str] = []
    link: list[str] = []
    for child in token.children or []:
        if child.type == "text":
            parts.append(child.content)
        elif child.type == raw_html.TAG:
            parts.append(raw_html.without(child))
        elif child.type == "code_inline":
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(_inline(child, ()))
        elif child.type == "link_open":
            link.append(str(child.attrs.get("href", "")))
        elif child.type == "link_close" and link:
            url = link.pop()
            if url.startswith("https://") and allowed_link(url, hosts):
                parts.append(f" ({url})")
    text = "".join(character for character in "".join(parts) if character == " " or not _hidden(character))
    return without_foreign_links(re.sub(r"\s+", " ", text).strip(), hosts)


def _hidden(character: str) -> bool:
    """Zero-width and control characters: they can hide words from an editor, and no reader needs them."""
    return unicodedata.category(character) in ("Cf", "Cc", "Co") and character not in "\t\n"


def text_to_html(text: str) -> str:
    """Plain text, escaped, for an excerpt."""
    return escape(text, quote=True)
