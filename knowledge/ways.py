"""Customers' ways to ask, beside an article instead of inside it. Pure.

In the store they are lines of the body, so that versions, differences and the editor know them. In a folder they stand
in a file of their own, ``asked/<name>.txt`` beside ``<name>.md``, so that the article can be read::

    how do I sign up                      (before the first heading)

    # i-forgot-my-password                (a section, by its anchor)
    can't remember what I typed

``join(*split(body)) == body`` always: what would not come back as it was stays in the body.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowledge import prose
from knowledge.errors import BadArticle

FOLDER = "asked"
_MARK = "# "


def split(body: str) -> tuple[str, str]:
    """(the body without the ways that stand right under a heading, those ways as a file); "" where there are none."""
    lines, told = body.split("\n"), []
    left: list[str] = []
    at = 0
    for anchor, start in _starts(body):
        end = _end_of_ways(lines, start)
        ways = [way for line in lines[start:end] if (way := prose.way_to_ask(line)) is not None]
        if not ways or any(not _fits(way) for way in ways):
            continue
        told.append("\n".join([f"{_MARK}{anchor}", *ways] if anchor else ways))
        left += lines[at:start]
        at = end
    rest, text = "\n".join([*left, *lines[at:]]), "\n\n".join(told) + "\n" if told else ""
    if not text or not rest.strip() or _joined(rest, text) != body:
        return body, ""
    # A file keeps no blank lines at the edges of a body.
    return (rest, text) if _joined(rest.strip("\n"), text).strip("\n") == body.strip("\n") else (body, "")


def join(body: str, text: str) -> str:
    """The body with the ways of the file under their headings. Raises ``BadArticle`` naming the line."""
    return _joined(body, text)


def _joined(body: str, text: str) -> str:
    told = _read(text, {anchor for anchor, _ in _starts(body)})
    lines, made, at = body.split("\n"), [], 0
    for anchor, start in _starts(body):
        if not (ways := told.get(anchor)):
            continue
        end = _end_of_ways(lines, start)
        known = [line for line in lines[start:end] if line]
        made += [*lines[at:start], *([""] if anchor else [])]
        made += [*known, *(prose.asked_line(way) for way in ways), *([] if anchor else [""])]
        at = end
    return "\n".join([*made, *lines[at:]])


def _starts(body: str) -> Iterator[tuple[str, int]]:
    """(anchor, number of the line after the heading) of each section, and ("", 0) for the text before them."""
    yield "", 0
    for heading in prose.headings(body):
        yield heading.anchor, heading.end


def _end_of_ways(lines: list[str], start: int) -> int:
    """The line after the ways that stand at ``start``: under a heading after a blank line, at the top before one."""
    at = start
    if start:
        if at >= len(lines) or lines[at]:
            return start
        at += 1
    first = at
    while at < len(lines) and prose.way_to_ask(lines[at]) is not None:
        at += 1
    if at == first:
        return start
    return at + 1 if not start and at < len(lines) and not lines[at] else at


def _fits(way: str) -> bool:
    # A byte order mark at the start of a file is taken for no part of it.
    return bool(way.strip()) and way == way.strip() and not way.startswith(("#", "\ufeff"))


def _read(text: str, anchors: set[str]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    anchor = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        way = line.strip()
        if way.startswith(_MARK):
            anchor = way.removeprefix(_MARK).strip()
            if anchor not in anchors:
                raise _bad(number, f"the article has no section #{anchor[:80]}")
        elif way:
            if prose.way_to_ask(prose.asked_line(way)) is None:
                raise _bad(number, "must be one line of up to 200 characters without a double quotation mark")
            told.setdefault(anchor, []).append(way)
    return told


def _bad(number: int, why: str) -> BadArticle:
    problem = f"line {number}: {why}"
    return BadArticle("bad_article", f"asked: {problem}", problems=[{"field": "asked", "problem": problem}])
