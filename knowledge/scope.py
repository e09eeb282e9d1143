"""What the articles are about and what they are not: example questions of both kinds.

Near misses ("may my dog come into the shop?" beside "where are your shops?") look near to a passage. They look nearer
still to other questions that nothing answers. Of the first kind are the live articles' ways to ask, too. Examples only
lean: a new article that answers one outweighs them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.embeddings import Vectors
from knowledge.leaning import Lines, Moments, between, moments, together
from knowledge.lexical import Scores

NEIGHBOURS = 3
ITSELF = 0.9999
"""Cosine from which an example is the question itself."""
OUTSIDE = "outside.txt"
"""Beside the examples: questions that nothing answers, one a line."""


@dataclass(frozen=True)
class Examples:
    """Questions that the articles answer, each with its article, and questions that they do not."""

    known: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return (*(question for question, _ in self.known), *self.unknown)


class Scope:
    """``vectors``: of ``examples.texts``, in that order, ``(n, d)``, unit length."""

    def __init__(self, examples: Examples, vectors: Vectors) -> None:
        self._articles = [article for _, article in examples.known]
        self._known = np.asfortranarray(vectors[: len(examples.known)])
        self._unknown = np.asfortranarray(vectors[len(examples.known) :])
        self._unknown_moments = moments(self._unknown) if len(self._unknown) else None
        self._lines = Lines()

    def known(
        self,
        query: Vectors,
        articles: Collection[str],
        ways: Sequence[Scores] = (),
        *,
        without_itself: bool = False,
    ) -> float | None:
        """How near the nearest answered questions are; None where there are too few.

        ``articles``: what is live; examples of others do not count. ``ways``: cosines to the ways to ask of what may
        be read, which count as examples.
        """
        live = [article in articles for article in self._articles]
        examples = (self._known @ query)[np.array(live, dtype=bool)]
        return _near(np.concatenate([examples, *ways]), without_itself)

    def unknown(self, query: Vectors, *, without_itself: bool = False) -> float | None:
        """How near the nearest questions are that nothing answers; None where there are too few."""
        return _near(self._unknown @ query, without_itself) if len(self._unknown) else None

    def leaning(self, query: Vectors, ways: Sequence[Moments], *, without_itself: bool = False) -> float | None:
        """To which side of the line between ``ways`` and the unanswered examples the question leans, see ``leaning``;
        None where there are too few of either."""
        unknown = self._unknown_moments
        if unknown is None or not ways:
            return None
        if without_itself and bool((self._unknown @ query > ITSELF).any()):
            line = between(together(ways), unknown.without(query))
        else:
            line = self._lines.between(ways, unknown)
        return None if line is None else line.leaning(query)


def _near(cosines: Scores, without_itself: bool) -> float | None:
    if without_itself:
        cosines = cosines[cosines <= ITSELF]
    return nearest_mean(cosines) if len(cosines) >= NEIGHBOURS else None


def nearest_mean(cosines: Scores, *, without_itself: bool = False) -> float | None:
    """Mean of the ``NEIGHBOURS`` highest, or of those that there are; None of nothing."""
    if without_itself:
        cosines = cosines[cosines <= ITSELF]
    return float(np.sort(cosines)[-NEIGHBOURS:].mean()) if len(cosines) else None


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
        tuple((row["question"], row["article"]) for row in rows if row["article"]),
        (*(row["question"] for row in rows if not row["article"]), *(line.strip() for line in lines if line.strip())),
    )
