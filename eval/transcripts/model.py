"""What reading a file brings: conversations, what is stored beside them, and every problem with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eval.outcomes.model import Conversation


class Problem(NamedTuple):
    """``lost``: what stands there is not counted; else it was read as the message says. ``line`` counts from 1; in a
    document without lines it counts records, and ``unit`` says so."""

    line: int
    message: str
    lost: bool
    unit: str = "line"

    @property
    def place(self) -> str:
        return f"{self.unit} {self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Unusable(Exception):
    """A record cannot be read at all; the message says why."""


@dataclass(frozen=True)
class Transcript:
    """``stored`` is what the file itself says of the outcome (rewards of a harness, ratings), kept apart from ours."""

    line: int
    conversation: Conversation
    stored: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Reading:
    format: str
    transcripts: list[Transcript] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    records: int = 0
    timed: bool = True
    unit: str = "line"

    def tell(self, line: int, message: str, lost: bool) -> None:
        self.problems.append(Problem(line, message, lost, self.unit))

    @property
    def lost(self) -> int:
        return sum(problem.lost for problem in self.problems)
