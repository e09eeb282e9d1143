"""What a reader says of a conversation, and what others may see of it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from eval.outcomes.model import TransferLabel
from eval.quality.scorecard import Mark, Score

Outcome = Literal["resolved", "not_resolved", "unclear"]
Handover = TransferLabel
WireEvent = dict[str, Any]


@dataclass(frozen=True)
class Judgement:
    """What a reader says of a conversation. ``excellent`` marks one that others should see."""

    answers: Mapping[str, Mark]
    outcome: Outcome
    handover: Handover
    note: str = ""
    excellent: bool = False


@dataclass(frozen=True)
class Review:
    reviewer: str
    reviewer_name: str
    judgement: Judgement
    score: Score
    finished_at: str


@dataclass(frozen=True)
class Sample:
    """``state``: ``waiting``, ``half`` (one of two has judged) or ``done``. ``reviews`` are those that may be seen."""

    id: str
    conversation_id: str
    rule: str
    because: str
    reviews_wanted: int
    reviews_done: int
    state: str
    mine: bool
    created_at: str
    reviews: tuple[Review, ...]


@dataclass(frozen=True)
class Opened:
    """``verdicts``: what the judge says of its episodes; empty until people have judged, who are to judge apart."""

    sample: Sample
    events: list[WireEvent]
    comments: list[Mapping[str, Any]]
    verdicts: list[Mapping[str, Any]]
