"""Open a file of transcripts: find its form, read record by record, and keep every problem with its line."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from eval.transcripts import forms, own
from eval.transcripts.model import Problem, Reading, Transcript, Unusable

Form = Callable[[Mapping[str, Any], int, own.Tell], Transcript]
FORMS: Final[dict[str, Form]] = {
    "frontdesk": own.transcript,
    "tau": forms.tau,
    "rasa": forms.rasa,
    "chatwoot": forms.chatwoot,
    "intercom": forms.intercom,
}
FORMATS: Final = (*FORMS, "csv")
UNTIMED: Final = frozenset({"tau"})
WRAPPERS: Final = ("conversations", "data", "payload", "trackers")


def read(path: Path, form: str | None = None) -> Reading:
    """Raises ``Unusable`` where the file is none of the known forms, ``OSError`` where it cannot be read."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError) as problem:
            raise Unusable(f"{path}: broken gzip") from problem
    if form == "csv" or (form is None and path.name.removesuffix(".gz").endswith(".csv")):
        return _table(raw, path)
    reading = Reading(form or "")
    seen: dict[str, int] = {}
    for line, record in _records(raw, reading):
        reading.records += 1
        reading.format = reading.format or _detect(record)
        if not reading.format:
            reading.problems.append(Problem(line, f"none of the forms {', '.join(FORMATS)}; not counted", True))
            continue
        _take(reading, seen, line, partial(FORMS[reading.format], record, line))
    if not reading.format:
        why = f" ({reading.problems[0]}); say which form it is with --format" if reading.problems else ""
        raise Unusable(f"{path}: holds no record that can be read{why}")
    reading.timed = reading.format not in UNTIMED
    return reading


def _take(reading: Reading, seen: dict[str, int], line: int, make: Callable[[own.Tell], Transcript]) -> None:
    def tell(message: str, lost: bool) -> None:
        reading.problems.append(Problem(line, message, lost))

    try:
        made = make(tell)
    except Unusable as problem:
        tell(f"{problem}; not counted", True)
        return
    name = made.conversation.id
    if name in seen:
        tell(f"conversation {name} stands on line {seen[name]} already; this one is not counted", True)
        return
    seen[name] = line
    reading.transcripts.append(made)


def _records(raw: bytes, reading: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """JSON lines; or one JSON document that is a record, a list of them, or wraps such a list."""
    whole = _whole(raw)
    if whole is not None:
        for number, record in enumerate(whole, start=1):
            if isinstance(record, dict):
                yield number, record
            else:
                reading.records += 1
                reading.problems.append(Problem(number, "not an object; not counted", True))
        return
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as problem:
            reading.records += 1
            reading.problems.append(Problem(number, f"not UTF-8 at byte {problem.start}; not counted", True))
            continue
        except (ValueError, RecursionError) as problem:
            reading.records += 1
            where = f" at column {problem.colno} ({problem.msg})" if isinstance(problem, json.JSONDecodeError) else ""
            reading.problems.append(Problem(number, f"not JSON{where}; not counted", True))
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            reading.records += 1
            reading.problems.append(Problem(number, "not an object; not counted", True))


def _whole(raw: bytes) -> list[Any] | None:
    """``None`` for JSON lines, even where a line is broken."""
    start = raw.lstrip()[:1]
    first_line = raw.strip().split(b"\n", 1)[0].strip()
    if start not in (b"[", b"{") or (start == b"{" and first_line.endswith(b"}") and b"\n" in raw.strip()):
        return None
    try:
        document = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return document
    for name in WRAPPERS:
        if isinstance(document.get(name), list):
            return list(document[name])
    return None if b"\n" not in raw.strip() else [document]


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
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise Unusable(f"{path}, line {line}: not UTF-8") from problem
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = forms.columns(rows.fieldnames or ())
    except Unusable as problem:
        raise Unusable(f"{path}: {problem}") from problem
    reading.timed = "time" in names
    by_conversation: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    try:
        for row in rows:
            reading.records += 1
            name = row[names["conversation"]]
            if not name or None in row or None in row.values():
                reading.problems.append(Problem(rows.line_num, "too few or too many cells; not counted", True))
                continue
            by_conversation.setdefault(name, []).append((rows.line_num, row))
    except csv.Error as problem:
        reading.problems.append(Problem(rows.line_num, f"broken CSV ({problem}); the rest is not read", True))
    seen: dict[str, int] = {}
    for grouped in by_conversation.values():
        _take(reading, seen, grouped[0][0], partial(forms.table, grouped, names))
    return reading
