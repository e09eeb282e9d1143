"""How sure are we that a passage answers? A probability, and lines below which we say so. Pure.

A logistic model of what can be seen without reading: how near the passage is, how many of the question's telling
words it holds, and which known questions are near. Ways to ask make a passage nearer than its text alone does, so the
same nearness says less where there are some: there are two calibrations. ``README.md`` says how they were fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass

SURE = 0.86
"""From here an answer is given as one; below it, as the closest that there is."""


@dataclass(frozen=True)
class Signs:
    """``nearness``: the ranker's nearness of question and passage. ``coverage``: share of telling words met.

    ``margin``: lead over the next section, which is shown and not counted: it says nothing beside the others.
    ``known``: nearness of questions that are answered, None where the passage's section has no ways to ask. It is
    shown, and chooses the calibration; ``own`` says more.
    ``unknown``: nearness of questions that nothing answers, None where no such examples are given. See ``scope``.
    ``own``: nearness of the nearest ways to ask of the passage's own section, None where it has none.
    ``leaning``: which side of the line between answered and unanswered questions, None without one. See ``leaning``.
    """

    nearness: float
    coverage: float
    margin: float = 0.0
    known: float | None = None
    unknown: float | None = None
    own: float | None = None
    leaning: float | None = None


@dataclass(frozen=True)
class Calibration:
    """Weights of the signs; what they add up to is a logit. From ``line`` up there is an answer.

    ``caution`` is taken off: questions that were fitted on are nearer to the ways to ask than new ones, so that what
    was learnt from them is too hopeful. With it one line, ``SURE``, serves both calibrations.
    """

    line: float
    intercept: float
    nearness: float
    coverage: float
    unknown: float
    own: float = 0.0
    leaning: float = 0.0
    caution: float = 0.0

    def logit(self, signs: Signs) -> float:
        found = self.intercept - self.caution + self.nearness * signs.nearness + self.coverage * signs.coverage
        unknown = USUAL if signs.unknown is None else signs.unknown
        return found + self.unknown * unknown + self.own * (signs.own or 0.0) + self.leaning * (signs.leaning or 0.0)


WITH_WAYS = Calibration(
    line=0.19, intercept=-6.06, nearness=3.45, coverage=3.74, unknown=-12.79, own=16.27, leaning=0.21, caution=0.6
)
PLAIN = Calibration(line=0.4, intercept=-0.88, nearness=9.05, coverage=2.67, unknown=-7.23)
USUAL = 0.45
"""How near the unanswered examples are on the average: an installation without any decides by the passage."""


def coverage(weights: Mapping[str, float], passage: Set[str]) -> float:
    """Share of the question's words, by how telling they are, that the passage holds; 0 for a question without any."""
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in passage) / whole if whole > 0 else 0.0


def calibration_of(signs: Signs) -> Calibration:
    return PLAIN if signs.known is None else WITH_WAYS


def confidence(signs: Signs, calibration: Calibration | None = None) -> float:
    """Probability that what is shown answers the question, 0..1."""
    return 1.0 / (1.0 + math.exp(-(calibration or calibration_of(signs)).logit(signs)))
