"""A conversation to keep: the words, who said them, and what happened between, as text, JSON or CSV. Pure.

Made of what the customer received, so nothing that staff write for each other is in any of the forms.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from handoff.contract.redact import hide

Format = Literal["text", "json", "csv"]
Speaker = Literal["customer", "assistant", "agent", "service"]
SPEAKERS: dict[str, Speaker] = {"customer": "customer", "bot": "assistant", "agent": "agent", "system": "service"}
NAMES: dict[Speaker, str] = {
    "customer": "Customer",
    "assistant": "Assistant",
    "agent": "Our team",
    "service": "Service",
}
BETWEEN = {
    "handoff.queued": "Waiting for a person",
    "handoff.transferred": "Passed on to a colleague",
    "handoff.returned": "Back with the assistant",
    "conversation.closed": "The conversation ended",
    "conversation.reopened": "The conversation was opened again",
    "handoff.reopened": "The conversation was opened again",
}
ERASED = "(erased)"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for a formula at the start of a cell (OWASP, CSV injection)."""


@dataclass(frozen=True)
class Line:
    """``speaker`` is ``None`` for what happened between two messages. ``at``: UTC, ISO 8601."""

    seq: int
    at: str
    speaker: Speaker | None
    name: str
    text: str
    files: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def lines(events: Iterable[dict[str, Any]]) -> list[Line]:
    """``events``: the customer's view of the whole log, in order."""
    names: dict[str, str] = {}
    found = []
    for event in events:
        kind, data = event["type"], event.get("data", {})
        if kind == "handoff.accepted":
            names[data["agent_id"]] = data["agent_name"]
            found.append(_between(event, f"{data['agent_name']} joined"))
        elif kind in BETWEEN:
            found.append(_between(event, BETWEEN[kind]))
        elif kind in ("message.sent", "turn.failed"):
            speaker = SPEAKERS[event["source"]]
            author = str(data.get("author", "")).removeprefix("agent:")
            found.append(
                Line(
                    event["seq"],
                    event["occurred_at"],
                    speaker,
                    names.get(author, NAMES[speaker]),
                    data.get("text", ERASED),
                    tuple(file["name"] for file in data.get("attachments") or ()),
                    tuple(f"{each['title']} · {each['section']}" for each in data.get("citations") or ()),
                )
            )
    return found


def _between(event: dict[str, Any], text: str) -> Line:
    return Line(event["seq"], event["occurred_at"], None, "", text)


def for_staff(found: Sequence[Line]) -> list[Line]:
    """Without cards and accounts, as staff read every conversation."""
    return [replace(line, text=hide(line.text), files=tuple(hide(line.files))) for line in found]


def as_text(found: Sequence[Line]) -> str:
    """One line a message; what belongs to it is set in below it."""
    written = []
    for line in found:
        at = f"{line.at[:10]} {line.at[11:16]}"
        if line.speaker is None:
            written.append(f"{at}  — {line.text} —")
            continue
        rest = [f"[{name}]" for name in line.files] + [f"({source})" for source in line.sources]
        whole = "\n".join([line.text, *rest]).strip().replace("\n", "\n    ")
        written.append(f"{at}  {line.name}: {whole}")
    return "\n".join(["Times are in UTC.", "", *written]) + "\n"


def as_json(conversation_id: str, found: Sequence[Line]) -> dict[str, Any]:
    return {"conversation_id": conversation_id, "lines": [{**vars(line)} for line in found]}


def as_csv(found: Sequence[Line]) -> str:
    """With a header. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["seq", "at", "speaker", "name", "text", "files", "sources"])
    for line in found:
        cells = [line.speaker or "", line.name, line.text, "; ".join(line.files), "; ".join(line.sources)]
        writer.writerow([line.seq, line.at, *map(_harmless, cells)])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Spreadsheets trim what they read, so a space before the sign hides nothing."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell
