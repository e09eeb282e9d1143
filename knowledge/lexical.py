"""The lexical half of the search: words and BM25.

BM25 sees what vectors blur: product names, codes, amounts. It runs over the whole shelf in memory (bm25s, NumPy).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import bm25s
import numpy as np
import numpy.typing as npt

from knowledge import lexicon

Scores = npt.NDArray[np.float32]

_STOPWORDS = """
a an and are as at be been but by can could did do does for from had has have he her him his how i if in into is it its
me my no nor of on or our she should so than that the their them then there these they this those to too was we were
what when where which while who whom why will with would you your yours am about also any just please hi hello hey
thanks thank want need get got like know tell help
"""
STOPWORDS = frozenset(_STOPWORDS.split())
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


def words(text: str) -> list[str]:
    """Lower-case words without accents, stop words and common endings; words that say the same become one."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).encode("ascii", "ignore").decode().lower()
    found = (word.split("'")[0] for word in _WORD.findall(plain))
    stems = (stem(word) for word in found if word not in STOPWORDS)
    return [_SAME.get(word, word) for word in stems]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light stem: plural, -ing, -ed. Two forms of a word meet more often, two words hardly ever."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            if base[-1] == base[-2] and base[-1] not in "lsz":
                return base[:-1]
            return base[:-1] if base.endswith("e") else base
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


_SAME = {stem(word): stem(group[0]) for group in lexicon.groups() for word in group}


class Bm25:
    """BM25 over a fixed list of documents, given as word lists."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._size = len(documents)
        self._index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(word, len(vocabulary)) for word in document] for document in documents]
        self._vocabulary = vocabulary
        seen = np.zeros(len(vocabulary), dtype=np.int64)
        for document in ids:
            seen[list(set(document))] += 1
        self._idf = np.log1p((self._size - seen + 0.5) / (seen + 0.5))
        if vocabulary:
            self._index.index((ids, vocabulary), create_empty_token=False, show_progress=False)

    def scores(self, query: Sequence[str]) -> Scores:
        """One score a document, shape ``(n,)``; zeros when no word is known."""
        ids = [self._vocabulary[word] for word in query if word in self._vocabulary]
        if not ids:
            return np.zeros(self._size, dtype=np.float32)
        found: Scores = self._index.get_scores(ids)
        return found

    def weights(self, query: Sequence[str]) -> dict[str, float]:
        """How telling each word of the query is; a word that the shelf does not know is the most telling."""
        unknown = float(np.log1p((self._size + 0.5) / 0.5))
        return {
            word: float(self._idf[self._vocabulary[word]]) if word in self._vocabulary else unknown
            for word in dict.fromkeys(query)
        }
