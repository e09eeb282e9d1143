"""What the candidate made of each conversation, written down as soon as all its turns were asked.

A replay that was broken off goes on from it. It holds what the verdicts and the report need and no more: of a text
what is left without personal data, of the tracker nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from eval.replay.difference import Difference
from eval.replay.model import Asked, Recorded
from eval.replay.said import Said
from handoff.contract.redact import redact


@dataclass(frozen=True)
class Answered:
    """One turn as the candidate took it. ``parted``: its own history, which stood in for the tracker, had left the
    record before."""

    asked: Asked
    difference: Difference
    parted: bool


class Kept(Protocol):
    def of(self, recorded: Recorded) -> Sequence[Answered] | None:
        """All turns of the conversation, in order; ``None`` where it has to be asked."""
        ...

    def keep(self, recorded: Recorded, answered: Sequence[Answered]) -> None: ...


class Nothing:
    """Keeps nothing: every conversation is asked."""

    def of(self, recorded: Recorded) -> Sequence[Answered] | None:  # noqa: ARG002
        return None

    def keep(self, recorded: Recorded, answered: Sequence[Answered]) -> None:
        pass


class OtherCandidate(ValueError):
    """The file was begun with another candidate."""


class Journal:
    """A line a conversation after a line that names the candidate. Raises ``OtherCandidate`` for a file of another."""

    def __init__(self, path: Path, candidate: str) -> None:
        self._path = path
        head, *rows = _rows(path) or [{"candidate": candidate}]
        if head.get("candidate") != candidate:
            raise OtherCandidate(str(path))
        self._known = {row["conversation_id"]: row for row in rows}
        # Written anew, so that a line which was cut off does not spoil the next one.
        path.write_text("".join(_line(row) for row in [head, *rows]), "utf-8")

    def of(self, recorded: Recorded) -> Sequence[Answered] | None:
        """A conversation that has other turns by now is asked again."""
        row = self._known.get(recorded.conversation.id)
        if row is None or row["seqs"] != _seqs(recorded):
            return None
        return [_answered(one) for one in row["turns"]]

    def keep(self, recorded: Recorded, answered: Sequence[Answered]) -> None:
        row = {
            "conversation_id": recorded.conversation.id,
            "seqs": _seqs(recorded),
            "turns": [asdict(_without_words(one)) for one in answered],
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(row))


def _seqs(recorded: Recorded) -> list[int]:
    return [turn.seq for turn in recorded.turns]


def _without_words(one: Answered) -> Answered:
    said = one.asked.said
    told = Said(said.kind, redact(said.text), said.articles) if said else None
    return replace(one, asked=replace(one.asked, said=told, events=()))


def _answered(row: dict[str, Any]) -> Answered:
    asked = row["asked"]
    said = asked["said"]
    told = Said(said["kind"], said["text"], tuple(said["articles"])) if said else None
    missed = tuple(asked["missed"])
    found = Asked(told, (), missed, problem=asked["problem"], held_back=asked["held_back"])
    return Answered(found, row["difference"], row["parted"])


def _rows(path: Path) -> list[dict[str, Any]]:
    """A last line that was cut off is left out: its conversation is asked again."""
    rows = []
    for line in path.read_text("utf-8").split("\n") if path.exists() else ():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
