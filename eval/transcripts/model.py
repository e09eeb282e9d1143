"""What reading a file brings: conversations, what is stored beside them, and every problem with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eval.outcomes.model import Conversation


class Problem(NamedTuple):
    """``lost``: what stands there is not counted; else it was read as the message says. ``line`` counts from 1."""

    line: int
    message: str
    lost: bool

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


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

    @property
    def lost(self) -> int:
        return sum(problem.lost for problem in self.problems)
