"""Repeat contact as a survival curve: how many have not come back after so many days, with what is not known yet left
out rather than counted as a success (Kaplan and Meier, 1958)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from eval.intents import Z95
from eval.metrics.values import Statistic


class Point(NamedTuple):
    """After ``days``: the share that has not come back, its 95 % interval, and how many were still watched."""

    days: float
    kept: float
    low: float
    high: float
    at_risk: int


def curve(durations: npt.ArrayLike, returned: npt.ArrayLike) -> list[Point]:
    """Points at each day on which somebody came back, from day 0 on. Greenwood's variance on the log-log scale."""
    times = np.asarray(durations, dtype=np.float64)
    events = np.asarray(returned, dtype=bool)
    points = [Point(0.0, 1.0, 1.0, 1.0, len(times))]
    if not len(times):
        return points
    order = np.argsort(times, kind="stable")
    times, events = times[order], events[order]
    moments, counts = np.unique(times[events], return_counts=True)
    at_risk = len(times) - np.searchsorted(times, moments, side="left")
    kept = np.cumprod(1 - counts / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(counts / (at_risk * (at_risk - counts)))
    for day, share, variance, risk in zip(moments, kept, spread, at_risk, strict=True):
        low, high = _bounds(float(share), float(variance))
        points.append(Point(float(day), float(share), low, high, int(risk)))
    return points


def at(points: Sequence[Point], days: float) -> Point:
    """The last point that is not after ``days``."""
    return next(point for point in reversed(points) if point.days <= days)


def returned_within(points: Sequence[Point], days: float) -> Statistic:
    """The share that has come back, with the curve's interval."""
    point = at(points, days)
    return Statistic(1 - point.kept, (1 - point.high, 1 - point.low), "greenwood")


def _bounds(share: float, variance: float) -> tuple[float, float]:
    if share >= 1.0:
        return 1.0, 1.0
    if share <= 0.0 or not math.isfinite(variance):
        return 0.0, max(0.0, share)
    reach = Z95 * math.sqrt(variance) / math.log(share)
    one, other = share ** math.exp(reach), share ** math.exp(-reach)
    return min(one, other), max(one, other)
