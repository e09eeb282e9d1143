"""What the articles are about and what they are not: example questions of both kinds.

Near misses ("may my dog come into the shop?" beside "where are your shops?") look near to a passage. They look nearer
still to other questions that nothing answers. Of the first kind are the live articles' ways to ask, too. Examples only
lean: a new article that answers one outweighs them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.embeddings import Vectors
from knowledge.lexical import Scores

NEIGHBOURS = 3
NEUTRAL = 0.1
"""What questions lean to on the average: an installation without examples decides by the passage alone."""
OUTSIDE = "outside.txt"
"""Beside the examples: questions that nothing answers, one a line."""


class Scope:
    """Vectors of questions that were answerable and of those that were not; ``(n, d)`` each, unit length."""

    def __init__(self, known: Vectors, unknown: Vectors) -> None:
        self._known = known
        self._unknown = unknown

    def lean(self, query: Vectors, ways: Sequence[Scores] = (), *, without_itself: bool = False) -> float:
        """Higher when the question is nearer to answerable examples; ``NEUTRAL`` without examples of both kinds.

        ``ways``: cosines to the ways to ask of what may be read; they count as answerable examples.
        """
        if min(len(self._known), len(self._unknown)) < NEIGHBOURS:
            return NEUTRAL
        known = np.concatenate([self._known @ query, *ways])
        return _near(known, without_itself) - _near(self._unknown @ query, without_itself)


def _near(cosines: Vectors, without_itself: bool) -> float:
    if without_itself:
        cosines = np.where(cosines > 0.9999, -1.0, cosines)
    return float(np.sort(cosines)[-NEIGHBOURS:].mean())


@dataclass(frozen=True)
class Examples:
    """Questions that the articles answer, and questions that they do not."""

    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_examples(path: Path | None) -> Examples:
    """Examples from JSON lines ``{"question", "article"}``; ``article`` is null where nothing answers.

    A file ``outside.txt`` beside it adds questions that nothing answers.
    """
    if path is None or not path.is_file():
        return Examples()
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    outside = path.with_name(OUTSIDE)
    lines = outside.read_text("utf-8").splitlines() if outside.is_file() else []
    return Examples(
        tuple(row["question"] for row in rows if row["article"]),
        (*(row["question"] for row in rows if not row["article"]), *(line.strip() for line in lines if line.strip())),
    )
