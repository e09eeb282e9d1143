"""Open a file of transcripts: find its form, read record by record, and keep every problem with its line."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from eval.transcripts import forms, helpdesks, own, tables
from eval.transcripts.documents import Entry, document
from eval.transcripts.model import Reading, Transcript, Unusable

Form = Callable[[Mapping[str, Any], int, own.Tell], Transcript]
FORMS: Final[dict[str, Form]] = {
    "frontdesk": own.transcript,
    "tau": forms.tau,
    "rasa": forms.rasa,
    "chatwoot": helpdesks.chatwoot,
    "intercom": helpdesks.intercom,
}
FORMATS: Final = (*FORMS, "csv")
UNTIMED: Final = frozenset({"tau"})


def read(path: Path, form: str | None = None) -> Reading:
    """Raises ``Unusable`` where the file is none of the known forms, ``OSError`` where it cannot be read."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as problem:
            raise Unusable(f"{path}: broken gzip") from problem
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if form == "csv" or (form is None and path.name.removesuffix(".gz").endswith(".csv")):
        return _table(raw, path)
    reading = Reading(form or "")
    seen: dict[str, int] = {}
    for line, record in _records(raw, reading):
        reading.records += 1
        reading.format = reading.format or _detect(record)
        if not reading.format:
            reading.tell(line, f"none of the forms {', '.join(FORMATS)}; not counted", True)
            continue
        tell = partial(reading.tell, line)
        _take(reading, seen, line, partial(FORMS[reading.format], record, line, tell))
    if not reading.format:
        why = f" ({reading.problems[0]}); say which form it is with --format" if reading.problems else ""
        raise Unusable(f"{path}: holds no record that can be read{why}")
    reading.timed = reading.format not in UNTIMED
    return reading


def _take(reading: Reading, seen: dict[str, int], line: int, make: Callable[[], Transcript]) -> None:
    try:
        made = make()
    except Unusable as problem:
        reading.tell(line, f"{problem}; not counted", True)
        return
    name = made.conversation.id
    if name in seen:
        where = f"{'on line' if reading.unit == 'line' else 'in record'} {seen[name]}"
        reading.tell(line, f"conversation {name} stands {where} already; this one is not counted", True)
        return
    seen[name] = line
    reading.transcripts.append(made)


def _records(raw: bytes, reading: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """JSON lines; or one JSON document that is a record, a list of them, or wraps such a list."""
    whole = document(raw)
    if whole is not None:
        reading.unit = whole.unit
    for entry in whole.entries if whole else _lines(raw):
        if isinstance(entry.value, dict):
            yield entry.at, entry.value
            continue
        reading.records += entry.lost
        reading.tell(entry.at, entry.problem or "not an object; not counted", entry.lost)


def _lines(raw: bytes) -> Iterator[Entry]:
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield Entry(number, json.loads(line.decode("utf-8")))
        except UnicodeDecodeError as problem:
            yield Entry(number, None, f"not UTF-8 at byte {problem.start}; not counted")
        except (ValueError, RecursionError) as problem:
            where = f" at column {problem.colno} ({problem.msg})" if isinstance(problem, json.JSONDecodeError) else ""
            yield Entry(number, None, f"not JSON{where}; not counted")


def _detect(record: Mapping[str, Any]) -> str:
    """The form of ``record``; empty where it has the marks of none."""
    keys = set(record)
    if {"task_id", "trial", "messages"} <= keys:
        return "tau"
    if "sender_id" in keys and "events" in keys:
        return "rasa"
    if "conversation_parts" in keys:
        return "intercom"
    if "events" in keys:
        return "frontdesk"
    return "chatwoot" if "messages" in keys else ""


def _table(raw: bytes, path: Path) -> Reading:
    reading = Reading("csv")

    def tell_at(line: int) -> own.Tell:
        return partial(reading.tell, line)

    try:
        table = tables.read_table(raw, tell_at)
    except Unusable as problem:
        raise Unusable(f"{path}: {problem}") from problem
    reading.records = table.rows
    reading.timed = "time" in table.names
    seen: dict[str, int] = {}
    for rows in table.conversations.values():
        _take(reading, seen, rows[0][0], partial(tables.conversation, rows, table.names, tell_at))
    return reading
