"""One figure: value, 95 % interval, the denominator in words, and the episodes behind both.

``share_of``, ``mean_of`` and ``median_of`` take counts, so that whoever only keeps counts tells the same figure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from eval.intents import Z95, wilson

Method = Literal["wilson", "bootstrap", "order statistics", "greenwood", "none"]
SAMPLES = 2000
LEVELS = 200
"""Values are put to so many steps between the least and the largest before they are drawn again."""


class Statistic(NamedTuple):
    """``value`` is ``None`` where there is nothing to take it from, ``interval`` where there is too little."""

    value: float | None
    interval: tuple[float, float] | None
    method: Method


@dataclass(frozen=True, slots=True)
class Metric:
    """``episodes`` are those of the denominator, ``hits`` those that the figure counts (for a mean: all of them).

    ``value`` and ``interval`` as in ``Statistic``; ``target`` is what good practice asks, at least or at most.
    """

    name: str
    title: str
    value: float | None
    interval: tuple[float, float] | None
    method: Method
    unit: str
    denominator: str
    episodes: tuple[str, ...]
    hits: tuple[str, ...]
    note: str = ""
    target: tuple[float, Literal["at least", "at most"]] | None = None

    @property
    def n(self) -> int:
        return len(self.episodes)

    def document(self, *, lists: bool = False) -> dict[str, Any]:
        """Fit for JSON. ``lists`` adds the episodes."""
        plain = told(self, len(self.hits), self.n)
        if lists:
            plain["episodes"], plain["hit_episodes"] = list(self.episodes), list(self.hits)
        return plain


def told(metric: Metric, hits: int, n: int) -> dict[str, Any]:
    """Fit for JSON, where the episodes are counted and not at hand."""
    target, wanted = metric.target or (None, None)
    return {
        "name": metric.name, "title": metric.title, "value": metric.value,
        "interval_95": list(metric.interval) if metric.interval else None, "method": metric.method,
        "unit": metric.unit, "hits": hits, "n": n, "denominator": metric.denominator, "note": metric.note,
        "target": target, "wanted": wanted,
    }  # fmt: skip


def share(name: str, title: str, hits: Sequence[str], of: Sequence[str], denominator: str, note: str = "") -> Metric:
    """A proportion with Wilson's interval."""
    return Metric(name, title, *share_of(len(hits), len(of)), "share", denominator, tuple(of), tuple(hits), note)


def share_of(hits: int, n: int) -> Statistic:
    bounds = wilson(hits, n)
    return Statistic(hits / n if n else None, (bounds[0], bounds[1]) if bounds else None, "wilson")


def mean_of(levels: Mapping[float, int], seed: int = 1) -> Statistic:
    """The mean of values that came so often each, with a percentile bootstrap."""
    n = sum(levels.values())
    average = math.fsum(value * count for value, count in levels.items()) / n if n else None
    return Statistic(average, _mean_interval(levels, n, seed), "bootstrap")


def mean_interval(numbers: Sequence[float], seed: int = 1) -> tuple[float, float] | None:
    return mean_of(Counter(numbers), seed).interval


def _mean_interval(levels: Mapping[float, int], n: int, seed: int) -> tuple[float, float] | None:
    """Equal values are drawn together (multinomially), so the time does not grow with their number. A mean of few
    values spreads more than a bootstrap shows: its distances are stretched by √(n / (n - 1)) and Student's t."""
    if n < 2:
        return None
    values = np.asarray(sorted(levels), dtype=np.float64)
    counts = np.asarray([levels[value] for value in values], dtype=np.int64)
    if len(values) > LEVELS:
        step = (values[-1] - values[0]) / LEVELS
        values, at = np.unique(np.round((values - values[0]) / step) * step + values[0], return_inverse=True)
        counts = np.bincount(at, weights=counts).astype(np.int64)
    shares = counts / n
    means = np.random.default_rng(seed).multinomial(n, shares, size=SAMPLES) @ values / n
    middle = float(shares @ values)
    low, high = np.quantile(means, [0.025, 0.975])
    stretch = math.sqrt(n / (n - 1)) * _student(n - 1) / Z95
    return middle - (middle - float(low)) * stretch, middle + (float(high) - middle) * stretch


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's t (Cornish and Fisher's expansion); 12.7 at one degree is met within a tenth."""
    if freedom < 3:
        return (12.706, 4.303)[freedom - 1]
    z = Z95
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def median_of(levels: Mapping[float, int]) -> Statistic:
    """The median of values that came so often each, with its interval by order statistics (normal form of the
    binomial)."""
    values = sorted(levels)
    upto = np.cumsum([levels[value] for value in values]) if values else np.zeros(1, dtype=np.int64)
    n = int(upto[-1])

    def ranked(rank: int) -> float:
        return values[int(np.searchsorted(upto, rank, side="right"))]

    middle = (ranked((n - 1) // 2) + ranked(n // 2)) / 2 if n else None
    interval = None
    if n >= 6:
        reach = Z95 * math.sqrt(n) / 2
        low, high = math.floor(n / 2 - reach), math.ceil(n / 2 + reach)
        interval = (ranked(max(0, low)), ranked(min(n - 1, high)))
    return Statistic(middle, interval, "order statistics")
