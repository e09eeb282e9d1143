"""What a text is made of, for the linear part of the mood model: runs of words and of letters, and their weights.

Training (``bot.components.mood``) counts with the same functions, so a stored weight meets what it was made from.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Dict, List, Sequence, Tuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Weights = Dict[str, Tuple[float, float]]
"""N-gram to (inverse document frequency, weight)."""

_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_NAME = re.compile(r"(?<!\w)@\w+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_TOKEN = re.compile(r"[\w'@#]+|[!?]+|\.{3}")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "his",
        "i",
        "i'd",
        "i'm",
        "i've",
        "if",
        "in",
        "is",
        "it",
        "it's",
        "its",
        "just",
        "me",
        "my",
        "of",
        "on",
        "one",
        "or",
        "our",
        "out",
        "she",
        "so",
        "some",
        "than",
        "that",
        "that's",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "you've",
        "your",
    ]
)
LETTERS = (3, 5)
MOST = 600
"""Only so many characters are taken apart; mood does not hide behind them, and a turn stays cheap."""


def plain(text: str) -> str:
    """Lower case, with whom and how much taken out: names become ``@``, addresses ``link``, numbers ``#``."""
    return _NUMBER.sub("#", _NAME.sub("@", _ADDRESS.sub("link", text[:MOST]))).lower()


def words(text: str) -> List[str]:
    """Single words and pairs; marks like "!!" count as words."""
    tokens = _TOKEN.findall(plain(text))
    return tokens + [f"{one} {two}" for one, two in zip(tokens, tokens[1:], strict=False)]  # noqa: RUF007 - 3.10 reads it alike


def letters(text: str) -> List[str]:
    """Runs of three to five letters inside words, with the words' edges as spaces."""
    return [run for token in plain(text).split() for run in _runs(token)]


@lru_cache(maxsize=4096)
def _runs(token: str) -> Tuple[str, ...]:
    shortest, longest = LETTERS
    edged = f" {token} "
    return tuple(
        edged[at : at + length]
        for length in range(shortest, longest + 1)
        for at in range(max(len(edged) - length + 1, 0))
    )


KEPT = (_runs,)
"""Caches that hold customers' words; see ``kept``."""


def shares(runs: List[str], weights: Weights) -> Dict[str, float]:
    """What each n-gram adds to the score: sublinear counts, times rarity, over the length of the whole vector."""
    counts: Dict[str, int] = {}
    for run in runs:
        if run in weights:
            counts[run] = counts.get(run, 0) + 1
    values = {
        run: weights[run][0] if count == 1 else (1.0 + math.log(count)) * weights[run][0]
        for run, count in counts.items()
    }
    length = math.sqrt(sum(value * value for value in values.values()))
    return {run: value / length * weights[run][1] for run, value in values.items()}


def telling(run: str) -> bool:
    """Whether a run of words says something to a person who reads it alone."""
    return any((word.isalpha() and word not in _SMALL) or word[0] in "!?" for word in run.split())


class Table:
    """N-grams with a weight for each of several scores; what ``shares`` is for one score, in arrays."""

    def __init__(self, runs: Sequence[str], rarity: Sequence[float], weights: Sequence[Sequence[float]]) -> None:
        import numpy as np

        self._places = {run: place for place, run in enumerate(runs)}
        self._rarity = np.asarray(rarity, dtype=np.float32)
        self._weights = np.asarray(weights, dtype=np.float32)

    def scores(self, runs: List[str]) -> npt.NDArray[np.float32]:
        """What the runs of one text add to each score."""
        import numpy as np

        counts: Dict[int, int] = {}
        for run in runs:
            place = self._places.get(run)
            if place is not None:
                counts[place] = counts.get(place, 0) + 1
        if not counts:
            return np.zeros(self._weights.shape[1], dtype=np.float32)
        places = list(counts)
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(places)))) * self._rarity[places]
        return np.asarray(values @ self._weights[places] / np.sqrt(values @ values), dtype=np.float32)
