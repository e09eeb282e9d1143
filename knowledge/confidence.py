"""How sure are we that a passage answers? A probability, and the line below which we say that we do not know. Pure.

A logistic model of what can be seen without reading: how near the passage is, how many of the question's telling
words it holds, and which example questions are near. ``README.md`` says how it was fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass

THRESHOLD = 0.6
SURE = 0.95
"""From here an answer is given as one; below it, as the closest that there is."""
INTERCEPT = -5.3
NEARNESS = 9.33
COVERAGE = 0.31
LEAN = 15.89


@dataclass(frozen=True)
class Signs:
    """``nearness``: the ranker's nearness of question and passage. ``coverage``: share of telling words met.

    ``margin``: lead over the next section, which is shown and not counted: it says nothing beside the others.
    ``lean``: towards answerable example questions, see ``scope``.
    """

    nearness: float
    coverage: float
    margin: float = 0.0
    lean: float = 0.0


def coverage(weights: Mapping[str, float], passage: Set[str]) -> float:
    """Share of the question's words, by how telling they are, that the passage holds; 0 for a question without any."""
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in passage) / whole if whole > 0 else 0.0


def confidence(signs: Signs) -> float:
    """Probability that the passage answers the question, 0..1."""
    logit = INTERCEPT + NEARNESS * signs.nearness + COVERAGE * signs.coverage
    logit += LEAN * signs.lean
    return 1.0 / (1.0 + math.exp(-logit))
