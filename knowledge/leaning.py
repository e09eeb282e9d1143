"""Which side a question leans to: questions that the articles answer, or ones that nothing answers. Pure.

A line between the two kinds by linear discriminant over their vectors. The nearest examples say what a question is
like; the line says what kind it is, from all examples at once, so one more or less hardly moves it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import ref

import numpy as np
import numpy.typing as npt

from knowledge.embeddings import Vectors

Numbers = npt.NDArray[np.float64]

LEAST = 40
"""Examples of each kind below which no line is drawn."""
MOST = 20_000
"""Examples of a kind that are read, evenly spread: products of 100,000 would take longer than a question may.
They are multiplied once, when the first question after a publish is asked."""
DRAWN = 0.1
"""Share by which the spread is drawn to one that is the same in all directions."""
FAR = 8.0
"""No question leans further than this."""
KEPT = 8


@dataclass(frozen=True, eq=False)
class Moments:
    """What a line needs of examples of one kind: number, sum ``(d,)`` and sum of products ``(d, d)``."""

    count: int
    total: Numbers
    products: Numbers

    def without(self, vector: Vectors) -> Moments:
        one = vector.astype(np.float64)
        return Moments(self.count - 1, self.total - one, self.products - np.outer(one, one))

    @property
    def mean(self) -> Numbers:
        return self.total / self.count

    @property
    def spread(self) -> Numbers:
        return self.products / self.count - np.outer(self.mean, self.mean)


def moments(vectors: Vectors) -> Moments:
    """Of ``(n, d)``; of more than ``MOST`` of a part."""
    some = vectors[:: -(-len(vectors) // MOST)] if len(vectors) > MOST else vectors
    return Moments(len(some), some.sum(axis=0, dtype=np.float64), (some.T @ some).astype(np.float64))


def together(parts: Sequence[Moments]) -> Moments:
    """Of several at least one."""
    total, products = parts[0].total.copy(), parts[0].products.copy()
    for one in parts[1:]:
        total += one.total
        products += one.products
    return Moments(sum(one.count for one in parts), total, products)


@dataclass(frozen=True)
class Line:
    direction: Numbers
    offset: float

    def leaning(self, vector: Vectors) -> float:
        """Above 0 on the side of what is answered, within ``FAR``."""
        return float(np.clip(self.direction @ vector + self.offset, -FAR, FAR))


def between(answered: Moments, unanswered: Moments) -> Line | None:
    """The line half way between the two kinds; None where either has too few examples."""
    if min(answered.count, unanswered.count) < LEAST:
        return None
    spread = (answered.spread + unanswered.spread) / 2
    size = len(spread)
    spread = (1 - DRAWN) * spread + DRAWN * np.trace(spread) / size * np.eye(size)
    direction = np.linalg.solve(spread, answered.mean - unanswered.mean)
    return Line(direction, float(-direction @ (answered.mean + unanswered.mean) / 2))


class Lines:
    """Lines that were drawn, while what they were drawn from is still there. Safe to call from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, ...], tuple[list[ref[Moments]], Line | None]] = OrderedDict()
        self._lock = Lock()

    def between(self, answered: Sequence[Moments], unanswered: Moments) -> Line | None:
        given = (*answered, unanswered)
        name = tuple(id(one) for one in given)
        with self._lock:
            refs, line = self._kept.get(name, ([], None))
            if refs and all(known() is one for known, one in zip(refs, given, strict=True)):
                self._kept.move_to_end(name)
                return line
        line = between(together(answered), unanswered) if answered else None
        with self._lock:
            self._kept[name] = ([ref(one) for one in given], line)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return line
