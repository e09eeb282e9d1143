"""N-grams of a text as a sparse row of unit length: scikit-learn's TF-IDF, with a short cut for a single text."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, NamedTuple, Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer


class Row(NamedTuple):
    """A sparse row: columns and their values."""

    places: np.ndarray
    values: np.ndarray


class Ngrams:
    """Options are those of ``TfidfVectorizer``. Case does not count."""

    def __init__(self, **options: Any) -> None:
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **options)

    def fit(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Learn from ``texts``; their rows, (n, n-grams)."""
        rows = self._vectorizer.fit_transform(texts)
        self._ready()
        return rows

    def row(self, text: str) -> Row:
        """What the vectorizer's ``transform([text])`` gives, in a fraction of its time."""
        counts = Counter(self._analyse(text))
        known = {self._places[gram]: count for gram, count in counts.items() if gram in self._places}
        places = np.fromiter(known.keys(), dtype=np.int32, count=len(known))
        found = np.fromiter(known.values(), dtype=np.float32, count=len(known))
        values = (1 + np.log(found)) * self._rarity[places]
        length = np.sqrt(values @ values)
        return Row(places, values / length if length else values)

    def _ready(self) -> None:
        self._analyse = self._vectorizer.build_analyzer()
        self._places: Dict[str, int] = self._vectorizer.vocabulary_
        self._rarity = self._vectorizer.idf_.astype(np.float32)

    def __getstate__(self) -> Dict[str, Any]:
        return {"_vectorizer": self._vectorizer}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._ready()
