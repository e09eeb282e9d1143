"""Records in one JSON document: a list, what wraps a list, or one record over several lines. A broken record costs
itself: where the others stand as it does on lines of their own, reading goes on with the next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

WRAPPERS: Final = ("conversations", "data", "payload", "trackers")
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"\s*")
_RAW_BYTE = re.compile("[\udc80-\udcff]")
_WRAPS = re.compile(r'\{\s*"(?:' + "|".join(WRAPPERS) + r')"\s*:\s*\[')


class Entry(NamedTuple):
    """``at``: the line, or without lines the record, from 1. ``value`` where there is no ``problem``, or where it was
    read in spite of it: then nothing is lost."""

    at: int
    value: Any
    problem: str = ""
    lost: bool = True


class Document(NamedTuple):
    unit: str
    entries: list[Entry]


def document(raw: bytes) -> Document | None:
    """``None`` for JSON lines, even where a line is broken."""
    text = raw.decode("utf-8", errors="surrogateescape")
    body = text.strip()
    first_line = body.split("\n", 1)[0].strip()
    has_lines = "\n" in body
    if body[:1] not in ("[", "{") or (body[0] == "{" and first_line.endswith("}") and has_lines):
        return None
    broken: Entry | None = None
    try:
        json.loads(text)
    except (ValueError, RecursionError) as problem:
        if not (first_line in ("[", "{") or _WRAPS.match(body) or (body[0] == "[" and first_line.endswith(","))):
            return None
        broken = _broken(problem, "what follows is not read")
    begins = _list_at(text)
    if begins is None and not has_lines:
        return None
    entries = list(_scan(text, 0, listed=False) if begins is None else _scan(text, begins + 1))
    if broken and begins is not None and not any(each.problem for each in entries):
        entries.append(broken)  # not in the list, but after it
    if has_lines:
        return Document("line", entries)
    return Document("record", [each._replace(at=number) for number, each in enumerate(entries, start=1)])


def _list_at(text: str) -> int | None:
    """Where the list of records begins, at the top or under one of the names that wrap it."""
    at = _past_space(text, 0)
    if text[at] == "[":
        return at
    found: dict[str, int] = {}
    try:
        at = _past_space(text, at + 1)
        while text[at] == '"':
            name, at = _DECODER.raw_decode(text, at)
            at = _past_space(text, _past_space(text, at) + 1)
            if text[at] == "[":
                found[name] = at
            _, at = _DECODER.raw_decode(text, at)
            at = _past_space(text, _past_space(text, at) + 1)
    except (ValueError, IndexError, RecursionError):
        pass  # what stands before the break is enough
    return next((found[name] for name in WRAPPERS if name in found), None)


def _scan(text: str, at: int, *, listed: bool = True) -> Iterator[Entry]:
    """The values of a list from ``at`` on; or, not ``listed``, those that stand one after the other."""
    line, counted = 1, 0
    while True:
        at = _past_space(text, at)
        line, counted = line + text.count("\n", counted, at), at
        if listed and text[at : at + 1] == "]":
            return
        if at == len(text):
            if not listed:
                return
            yield Entry(line, None, "the file breaks off before its list ends")
            return
        began = at
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as problem:
            onward = _next_like(text, began)
            yield _broken(problem, "not counted" if onward else "neither it nor the rest is counted", line)
            if onward is None:
                return
            at = onward
            continue
        torn = _RAW_BYTE.search(text, began, at)
        if torn:
            yield Entry(line + text.count("\n", began, torn.start()), None, "not UTF-8; not counted")
        else:
            yield Entry(line, value)
        after = _past_space(text, at)
        if text[after : after + 1] == ",":
            at = after + 1
        elif listed and text[after : after + 1] == "{":
            yield Entry(line, None, "a comma is missing after this record; read all the same", lost=False)


def _broken(problem: Exception, so: str, line: int = 1) -> Entry:
    if isinstance(problem, json.JSONDecodeError):
        return Entry(problem.lineno, None, f"not JSON at column {problem.colno} ({problem.msg}); {so}")
    return Entry(line, None, f"not JSON; {so}")


def _next_like(text: str, began: int) -> int | None:
    """Where the next object begins a line as far in as the one at ``began`` does."""
    margin = text[text.rfind("\n", 0, began) + 1 : began]
    if margin.strip() not in ("", "["):
        return None
    found = re.compile("\n" + re.escape(margin.replace("[", "")) + r"\{").search(text, began)
    return found.end() - 1 if found else None


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
