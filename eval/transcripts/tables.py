"""Tables of messages, one a row. What is broken in one row costs that row: reading goes on with the next line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from eval.transcripts.forms import EPOCH, STEP
from eval.transcripts.model import Transcript, Unusable
from eval.transcripts.own import Tell
from eval.transcripts.teller import Teller, time_of

SOURCE_WORDS: Final = {
    "customer": "customer", "user": "customer", "visitor": "customer", "contact": "customer", "client": "customer",
    "bot": "bot", "assistant": "bot", "ai": "bot", "agent": "agent", "human": "agent", "operator": "agent",
    "admin": "agent", "system": "system",
}  # fmt: skip
COLUMNS: Final = {
    "conversation": ("conversation_id", "conversation", "chat_id", "session_id", "ticket_id"),
    "message": ("message_id", "event_id"),
    "time": ("occurred_at", "timestamp", "created_at", "time", "date"),
    "source": ("source", "author", "role", "sender", "speaker"),
    "text": ("text", "message", "content", "body"),
    "customer": ("customer_id", "user_id", "contact_id"),
    "channel": ("channel",),
}
MOST_LINES: Final = 200
"""A quoted cell that runs over more lines than these was never closed."""
TellAt = Callable[[int], Tell]
"""What tells a problem of a line."""
Cells = tuple[int, Mapping[str, str]]
"""The line on which a row begins, and its cells by column."""


class _Broken(Exception):
    pass


class Table(NamedTuple):
    """``names``: our names for the columns that are there. ``conversations``: their rows, in the order of the file."""

    names: Mapping[str, str]
    conversations: Mapping[str, Sequence[Cells]]
    rows: int


def read_table(raw: bytes, tell_at: TellAt) -> Table:
    """Raises ``Unusable`` where the first line names no columns that can be used."""
    lines = _lines(raw)
    first = next((number for number, line in enumerate(lines) if line != "\n"), 0)
    head = lines[first] if lines else ""
    if head is None:
        raise Unusable(f"line {first + 1}: not UTF-8")
    delimiter = max(",;\t", key=head.count)
    try:
        header, after = _row(lines, first, delimiter)
    except _Broken as problem:
        raise Unusable(f"line {first + 1}: {problem}") from None
    names = columns(header)
    found: dict[str, list[Cells]] = {}
    rows = 0
    for line, cells in _rows(lines, after, delimiter, len(header), tell_at):
        rows += 1
        row = dict(zip(header, cells, strict=True)) if cells else {}
        if cells and not row[names["conversation"]]:
            tell_at(line)("names no conversation; not counted", True)
        elif cells:
            found.setdefault(row[names["conversation"]], []).append((line, row))
    return Table(names, found, rows)


def columns(header: Sequence[str]) -> dict[str, str]:
    """Our names for the columns that are there. Raises ``Unusable`` without conversation, source and text."""
    by_name = {name.strip().lower(): name for name in header}
    found = {ours: by_name[name] for ours, names in COLUMNS.items() for name in reversed(names) if name in by_name}
    missing = [name for name in ("conversation", "source", "text") if name not in found]
    if missing:
        raise Unusable(
            f"has no column for {', '.join(missing)} (one of {'; '.join(', '.join(COLUMNS[m]) for m in missing)})"
        )
    return found


def conversation(rows: Sequence[Cells], names: Mapping[str, str], tell_at: TellAt) -> Transcript:
    """The rows of one conversation, in the order of the file."""
    began, first = rows[0]
    customer = first[names["customer"]] if "customer" in names else ""
    channel = first[names["channel"]] or "csv" if "channel" in names else "csv"
    name = first[names["conversation"]]
    teller = Teller(name, channel, customer or None, tell_at(began))
    before = 0.0
    for number, (line, row) in enumerate(rows):
        tell = tell_at(line)
        key = row[names["message"]] if "message" in names else ""
        if key and teller.is_again(key, row, "message", tell):
            continue
        said = row[names["source"]].strip().lower()
        source = SOURCE_WORDS.get(said)
        if source is None:
            tell(f"source {said!r} is none of {', '.join(SOURCE_WORDS)}; not counted", True)
            continue
        at = EPOCH + number * STEP
        if "time" in names:
            try:
                at = time_of(row[names["time"]])
            except ValueError:
                tell(f"{row[names['time']]!r} is no time; read as the time before", False)
                at = before
        if at < before:
            tell(f"the clock goes back by {before - at:.0f} s; held at the time before", False)
        before = max(at, before)
        teller.message(before, source, row[names["text"]], f"conversation {name}", tell=tell)
    return teller.transcript(began)


def _lines(raw: bytes) -> list[str | None]:
    """The lines with their ends; ``None`` where one is not UTF-8."""
    found: list[str | None] = []
    for line in raw.splitlines(keepends=True):
        try:
            found.append(line.decode("utf-8").replace("\r\n", "\n"))
        except UnicodeDecodeError:
            found.append(None)
    return found


def _rows(
    lines: Sequence[str | None], start: int, delimiter: str, width: int, tell_at: TellAt
) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row, from the line at ``start`` on; no cells where the row was told to be broken."""
    at = start
    while at < len(lines):
        line = at + 1
        try:
            cells, at = _row(lines, at, delimiter)
            if not cells:
                continue
            if len(cells) != width:
                raise _Broken(f"{len(cells)} cells where the first line has {width}")
        except _Broken as problem:
            tell_at(line)(f"{problem}; not counted", True)
            at, cells = line, []
        yield line, cells


def _row(lines: Sequence[str | None], start: int, delimiter: str) -> tuple[list[str], int]:
    """The cells of the row that begins at ``start``, and where the next begins. Raises ``_Broken``."""
    end = start

    def onwards() -> Iterator[str]:
        nonlocal end
        for line in lines[start : start + MOST_LINES]:
            end += 1
            if line is None:
                raise _Broken("not UTF-8" if end == start + 1 else f"a quoted cell runs into line {end}, not UTF-8")
            yield line

    try:
        cells = next(csv.reader(onwards(), delimiter=delimiter, strict=True), [])
    except csv.Error as problem:
        open_quote = "unexpected end" in str(problem)
        raise _Broken("a quote that is never closed" if open_quote else f"broken CSV ({problem})") from problem
    return cells, end
