"""What reviews add up to: scores by question, agreement of two readers, and labels for the judge. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.quality.agreement import Agreement, agreement
from eval.quality.model import Handover, Outcome
from eval.quality.scorecard import MOST, SCORECARD, Mark, score

TWICE = 2
Row = Mapping[str, Any]
"""A review with the conversation that it is about."""


@dataclass(frozen=True)
class Label:
    """One human label for the judge's calibration: the reviewers' word where all who judged agree, else ``unclear``."""

    conversation_id: str
    outcome: Outcome
    handover: Handover | None
    reviewers: int


@dataclass(frozen=True)
class Report:
    """Scores by reviewer are left out on purpose: the scorecard is about conversations."""

    reviews: int
    mean_score: float | None
    failed: Mapping[str, int]
    by_question: Mapping[str, float | None]
    outcome: Agreement
    handover: Agreement
    questions: Mapping[str, Agreement]


def report_of(rows: Sequence[Row]) -> Report:
    scores = [score(row["answers"]) for row in rows]
    values = [each.value for each in scores if each.value is not None]
    failed = [name for each in scores for name in each.failed]
    pairs = [tuple(group[:TWICE]) for group in _by_conversation(rows).values() if len(group) >= TWICE]
    return Report(
        reviews=len(rows),
        mean_score=sum(values) / len(values) if values else None,
        failed={question.id: failed.count(question.id) for question in SCORECARD if question.critical},
        by_question={question.id: _mean([row["answers"][question.id] for row in rows]) for question in SCORECARD},
        outcome=agreement([(first["outcome"], second["outcome"]) for first, second in pairs]),
        handover=agreement([(first["handover"], second["handover"]) for first, second in pairs]),
        questions={
            question.id: agreement([(a["answers"][question.id], b["answers"][question.id]) for a, b in pairs])
            for question in SCORECARD
        },
    )


def labels_of(rows: Sequence[Row]) -> list[Label]:
    labels = []
    for conversation_id, group in _by_conversation(rows).items():
        outcomes, handovers = {row["outcome"] for row in group}, {row["handover"] for row in group}
        labels.append(
            Label(
                conversation_id,
                outcomes.pop() if len(outcomes) == 1 else "unclear",
                handovers.pop() if len(handovers) == 1 else None,
                len(group),
            )
        )
    return labels


def _by_conversation(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["conversation_id"], []).append(row)
    return groups


def _mean(marks: Sequence[Mark]) -> float | None:
    """0..1 over the answers that apply."""
    given = [mark for mark in marks if mark is not None]
    return sum(given) / len(given) / MOST if given else None
