"""One figure: value, 95 % interval, the denominator in words, and the episodes behind both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from eval.intents import Z95, wilson

Method = Literal["wilson", "bootstrap", "order statistics", "greenwood", "none"]
SAMPLES = 2000
LEVELS = 200
"""Values are put to so many steps between the least and the largest before they are drawn again."""


@dataclass(frozen=True, slots=True)
class Metric:
    """``episodes`` are those of the denominator, ``hits`` those that the figure counts (for a mean: all of them).

    ``value`` is ``None`` where there is nothing to take it from, ``interval`` where there is too little.
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

    @property
    def n(self) -> int:
        return len(self.episodes)

    def document(self, *, lists: bool = False) -> dict[str, Any]:
        """Fit for JSON. ``lists`` adds the episodes."""
        plain: dict[str, Any] = {
            "name": self.name, "title": self.title, "value": self.value,
            "interval_95": list(self.interval) if self.interval else None, "method": self.method, "unit": self.unit,
            "hits": len(self.hits), "n": self.n, "denominator": self.denominator, "note": self.note,
        }  # fmt: skip
        if lists:
            plain["episodes"], plain["hit_episodes"] = list(self.episodes), list(self.hits)
        return plain


def share(name: str, title: str, hits: Sequence[str], of: Sequence[str], denominator: str, note: str = "") -> Metric:
    """A proportion with Wilson's interval."""
    bounds = wilson(len(hits), len(of))
    value = len(hits) / len(of) if of else None
    interval = (bounds[0], bounds[1]) if bounds else None
    return Metric(name, title, value, interval, "wilson", "share", denominator, tuple(of), tuple(hits), note)


def mean(
    name: str, title: str, values: Sequence[tuple[str, float]], unit: str, denominator: str, note: str = "",
    seed: int = 1,
) -> Metric:  # fmt: skip
    """A mean over (episode, value), with a percentile bootstrap."""
    numbers = [value for _, value in values]
    names = tuple(name for name, _ in values)
    average = sum(numbers) / len(numbers) if numbers else None
    return Metric(
        name, title, average, mean_interval(numbers, seed), "bootstrap", unit, denominator, names, names, note
    )


def mean_interval(numbers: Sequence[float], seed: int = 1) -> tuple[float, float] | None:
    """Equal values are drawn together (multinomially), so the time does not grow with their number. A mean of few
    values spreads more than a bootstrap shows: its distances are stretched by √(n / (n - 1)) and Student's t."""
    n = len(numbers)
    if n < 2:
        return None
    exact = np.asarray(numbers, dtype=np.float64)
    levels, counts = np.unique(exact, return_counts=True)
    if len(levels) > LEVELS:
        step = (levels[-1] - levels[0]) / LEVELS
        levels, counts = np.unique(np.round((exact - levels[0]) / step) * step + levels[0], return_counts=True)
    shares = counts / n
    means = np.random.default_rng(seed).multinomial(n, shares, size=SAMPLES) @ levels / n
    middle = float(shares @ levels)
    low, high = np.quantile(means, [0.025, 0.975])
    stretch = math.sqrt(n / (n - 1)) * _student(n - 1) / Z95
    return middle - (middle - float(low)) * stretch, middle + (float(high) - middle) * stretch


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's t (Cornish and Fisher's expansion); 12.7 at one degree is met within a tenth."""
    if freedom < 3:
        return (12.706, 4.303)[freedom - 1]
    z = Z95
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def median(
    name: str, title: str, values: Sequence[tuple[str, float]], unit: str, denominator: str, note: str = ""
) -> Metric:
    """A median with its interval by order statistics (normal form of the binomial)."""
    numbers = sorted(value for _, value in values)
    names = tuple(name for name, _ in values)
    n = len(numbers)
    middle = float(np.median(numbers)) if n else None
    interval = None
    if n >= 6:
        reach = Z95 * math.sqrt(n) / 2
        low, high = math.floor(n / 2 - reach), math.ceil(n / 2 + reach)
        interval = (numbers[max(0, low)], numbers[min(n - 1, high)])
    return Metric(name, title, middle, interval, "order statistics", unit, denominator, names, names, note)
