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
from eval.metrics.catalogue import BY_NAME
from eval.metrics.values import Metric, share
from eval.outcomes.model import TransferLabel

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
    exact = sum(len(set(each.made) & set(each.due)) for each in all_of)
    said, wanted = sum(len(set(each.made)) for each in all_of), sum(len(set(each.due)) for each in all_of)
    scores = {
        str(tolerance): sum(gt_t(each.made, each.due, tolerance) for each in all_of) / len(all_of)
        for tolerance in TOLERANCES
        if all_of
    }
    return {
        **{name: _of_labels(f"handover_{name}", all_of) for name in ("precision", "recall", "timeliness")},
        "turn_precision": exact / said if said else None,
        "turn_recall": exact / wanted if wanted else None,
        "turn_f1": 2 * exact / (said + wanted) if said + wanted else None,
        "gt_t": scores,
    }


def label(each: Transfers) -> TransferLabel:
    """What a reviewer would say of it."""
    if not each.made:
        return "missing" if each.due else "none_due"
    if not each.due:
        return "needless"
    return "right" if 0 <= each.made[0] - each.due[0] <= LATE else "late"


def _of_labels(name: str, all_of: Sequence[Transfers]) -> Metric:
    """The catalogue's figure, where nothing but the labels is known."""
    figure = BY_NAME[name]
    of = [each.name for each in all_of if label(each) in figure.of[-1].values]
    hits = [each.name for each in all_of if label(each) in figure.hits[-1].values]
    return share(name, figure.title, hits, of, f"labelled by turn: {figure.denominator.partition(': ')[2]}")


def turn_recall_interval(all_of: Sequence[Transfers]) -> list[float] | None:
    exact = sum(len(set(each.made) & set(each.due)) for each in all_of)
    return wilson(exact, sum(len(set(each.due)) for each in all_of))
