"""What a message asks for or tells of that a person must see, learnt from examples (``bot/data/wishes``).

It stands beside the patterns of ``requests`` and ``favours``: a pattern is sure of its own words, this knows what is
like them, and either alone misses what the other finds. Training happens in ``bot.components.wishes``.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

from bot.triage import ngrams
from bot.triage.frustration import logistic

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PERSON, FAVOUR = "person", "favour"
MATTERS = ("safety", "legal", "vulnerable")
KINDS = (PERSON, *MATTERS, FAVOUR)
_NAMES = re.compile(r"\S*[@\d]\S*")


@dataclass(frozen=True)
class Runs:
    """N-grams with their inverse document frequency and a weight for each kind, in the order of ``KINDS``."""

    runs: List[str]
    rarity: List[float]
    weights: List[List[float]]


@dataclass(frozen=True)
class WishModel:
    """``dense`` is (kinds, 384 or more); a score s is the probability 1 / (1 + exp(-s))."""

    dense: List[List[float]]
    words: Runs
    letters: Runs
    intercepts: List[float]
    kinds: Tuple[str, ...] = KINDS

    def probabilities(self, text: str, vector: npt.NDArray[np.float32]) -> Dict[str, float]:
        """Kind to 0..1, for one cleaned text with its vector (as long as a row of ``dense``).

        What names something and says no word wishes for nothing: a code, an order's number, an e-mail address, whose
        random letters resemble anything.
        """
        if not any(map(str.isalpha, _NAMES.sub(" ", text))):
            return dict.fromkeys(self.kinds, 0.0)
        scores = self._dense @ vector + self._intercepts
        for count, table in ((ngrams.words, self._words), (ngrams.letters, self._letters)):
            scores = scores + table.scores(count(text))
        return {kind: round(logistic(float(score)), 4) for kind, score in zip(self.kinds, scores, strict=True)}

    @cached_property
    def _dense(self) -> npt.NDArray[np.float32]:
        import numpy as np

        return np.asarray(self.dense, dtype=np.float32)

    @cached_property
    def _intercepts(self) -> npt.NDArray[np.float32]:
        import numpy as np

        return np.asarray(self.intercepts, dtype=np.float32)

    @cached_property
    def _words(self) -> ngrams.Table:
        return ngrams.Table(self.words.runs, self.words.rarity, self.words.weights)

    @cached_property
    def _letters(self) -> ngrams.Table:
        return ngrams.Table(self.letters.runs, self.letters.rarity, self.letters.weights)

    def as_dict(self) -> Dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: Dict[str, Any]) -> WishModel:
        """Raises ``ValueError`` when the stored weights are of other kinds."""
        if tuple(data["kinds"]) != KINDS:
            raise ValueError("wish model: trained for other kinds; train again")
        return cls(data["dense"], Runs(**data["words"]), Runs(**data["letters"]), data["intercepts"])
