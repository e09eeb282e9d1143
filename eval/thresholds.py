"""Thresholds by expected cost, on scores that a model gave to domains it had not seen (``bot.components.mood``).

The examples are half frustrated, live traffic is not: shares are weighed with the share of frustrated turns that is
assumed live. Costs are counted in needless hand-overs: one is an agent's time for a case the bot could have finished.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.frustration import BadRows, Numbers, lines_of

GRID = tuple(round(0.01 * step, 2) for step in range(5, 100))


@dataclass(frozen=True)
class Costs:
    """``missed``: what a frustrated turn costs that the bot goes on with, ``needless`` a calm one that it reacts to.
    ``live_share``: of customer turns, frustrated. ``most_needless``: the most of all calm turns that may be hit."""

    missed: float
    needless: float
    live_share: float
    most_needless: float = 1.0


@dataclass(frozen=True)
class Point:
    """At ``threshold``: shares of frustrated turns missed, of calm turns hit, and the expected cost a turn."""

    threshold: float
    missed: float
    needless: float
    cost: float


def scores_of(path: Path) -> tuple[Numbers, Numbers]:
    """(labels, scores) of a file that ``bot.components.mood --scores`` wrote. Raises ``BadRows``."""
    rows = lines_of(path)
    try:
        return np.array([float(row["label"]) for row, _ in rows]), np.array([float(row["score"]) for row, _ in rows])
    except (KeyError, TypeError, ValueError) as problem:
        raise BadRows(f"{path}: not the scores of the mood model.") from problem


def curve(labels: Numbers, scores: Numbers, costs: Costs) -> list[Point]:
    """The expected cost at each threshold of the grid."""
    points = []
    for threshold in GRID:
        missed = float((scores[labels == 1] < threshold).mean())
        needless = float((scores[labels == 0] >= threshold).mean())
        cost = costs.live_share * missed * costs.missed + (1 - costs.live_share) * needless * costs.needless
        points.append(Point(threshold, round(missed, 4), round(needless, 4), round(cost, 5)))
    return points


def best(points: Sequence[Point], costs: Costs) -> Point:
    """The cheapest point within the bound on needless reactions; of equals the highest threshold."""
    allowed = [point for point in points if point.needless <= costs.most_needless]
    return min(allowed or points[-1:], key=lambda point: (point.cost, -point.threshold))


def write(path: Path, chosen: dict[str, float]) -> None:
    """Put chosen thresholds into ``thresholds.json`` and leave all else as it is."""
    numbers = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**numbers, **chosen}, indent=2) + "\n", encoding="utf-8")
