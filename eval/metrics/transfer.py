"""Was the hand-over made when it was due? Turn-level precision, recall and F1, and GT-T beside them.

GT-T (golden transfer within tolerance; Liu and others 2021, MHCH-DAMI): for each hand-over that was made the largest
exp(−(p − q)² / (2 (t + ε)²)) over the turns q at which one was due, averaged over those that were made; both empty
count 1, one empty 0. It can be gamed by never handing over, so it never stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from eval.intents import wilson
from eval.metrics.values import Metric, share

TOLERANCES = (1, 2, 3)
EPSILON = 1e-9
LATE = 1
"""A hand-over counts as in time up to so many turns after it was due."""


class Transfers(NamedTuple):
    """The turns, from 1, after which one conversation was handed over, and those at which it was due."""

    name: str
    made: tuple[int, ...]
    due: tuple[int, ...]


def gt_t(made: Sequence[int], due: Sequence[int], tolerance: int) -> float:
    if not made or not due:
        return 1.0 if not made and not due else 0.0
    width = 2 * (tolerance + EPSILON) ** 2
    return sum(math.exp(-min((p - q) ** 2 for q in due) / width) for p in made) / len(made)


def figures(all_of: Sequence[Transfers]) -> dict[str, Metric | float | dict[str, float] | None]:
    """``precision`` and ``recall`` count conversations, ``timeliness`` the right ones that came in time; ``turn_*``
    count turns that agree exactly."""
    made = [each.name for each in all_of if each.made]
    due = [each.name for each in all_of if each.due]
    right = [each.name for each in all_of if each.made and each.due]
    timely = [each.name for each in all_of if each.made and each.due and 0 <= each.made[0] - each.due[0] <= LATE]
    exact = sum(len(set(each.made) & set(each.due)) for each in all_of)
    said, wanted = sum(len(set(each.made)) for each in all_of), sum(len(set(each.due)) for each in all_of)
    scores = {
        str(tolerance): sum(gt_t(each.made, each.due, tolerance) for each in all_of) / len(all_of)
        for tolerance in TOLERANCES
        if all_of
    }
    return {
        "precision": share("handover_precision", "Hand-overs that were due", right, made, "labelled, handed over"),
        "recall": share("handover_recall", "Due hand-overs that were made", right, due, "labelled, hand-over due"),
        "timeliness": share(
            "handover_timeliness", f"Made within {LATE} turn of being due", timely, right, "labelled, due and made"
        ),
        "turn_precision": exact / said if said else None,
        "turn_recall": exact / wanted if wanted else None,
        "turn_f1": 2 * exact / (said + wanted) if said + wanted else None,
        "gt_t": scores,
    }


def turn_recall_interval(all_of: Sequence[Transfers]) -> list[float] | None:
    exact = sum(len(set(each.made) & set(each.due)) for each in all_of)
    return wilson(exact, sum(len(set(each.due)) for each in all_of))
