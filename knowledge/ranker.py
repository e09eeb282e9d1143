"""How passages are scored: vectors of body and heading, BM25, and their fusion. The one ranking of the product.

``Shelf`` holds what is searched and scores it exactly; the live search and ``CorpusRanker`` (which ranks any plain
corpus, for measuring) use the same shelf and the same ``fuse``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from knowledge import ingest
from knowledge.embeddings import Progress, SentenceEmbeddings, Vectors
from knowledge.leaning import Moments, moments
from knowledge.lexical import Bm25, Scores, words
from knowledge.lexicon import Spelling, general, letters_only

Mode = Literal["hybrid", "dense", "bm25"]

LEXICAL_WEIGHT = 0.2
"""Share of BM25 beside the vectors, both scaled to a maximum of 1. Small: it breaks ties and finds exact words."""

LEXICAL_WEIGHT_WITH_WAYS = 0.4
"""The same where BM25 reads customers' ways to ask, too: their words are those of the next question."""

HEADING_WEIGHT = 0.95
"""A heading vector must be a little nearer than a body vector to count: headings promise, bodies answer."""

OTHER_WEIGHT = 0.35
"""Share of the lesser of the two vectors: a passage whose heading and body both fit beats one with one lucky word."""

DETAIL_WEIGHT = 0.4
"""Weight of the nearest sentence beside body and heading: questions are often about one detail of a passage."""

GENERAL_WEIGHT = 0.6
"""Share of the question with goods named as "item", where it names any: policies are the same for all goods."""


@dataclass(frozen=True)
class Entry:
    """One searchable piece: its two texts, the customers' ways to ask for it, and the words for BM25."""

    id: str
    body_text: str
    head_text: str
    asked: tuple[str, ...] = ()

    @cached_property
    def words(self) -> list[str]:
        return words(self._whole)

    @cached_property
    def spelt(self) -> list[str]:
        return letters_only(self._whole)

    @property
    def _whole(self) -> str:
        return " ".join((self.head_text, self.body_text, *self.asked))


class Shelf:
    """Pieces that are searched together. Immutable; vectors have shape ``(n, d)`` and unit length."""

    def __init__(
        self,
        entries: Sequence[Entry],
        bodies: Vectors,
        heads: Vectors,
        asked: Sequence[Vectors] = (),
        details: Sequence[Vectors] = (),
    ) -> None:
        """``asked``: for each piece the vectors of the customers' ways to ask for it, shape ``(k, d)``, k from 0.

        ``details``: for each piece the vectors of its sentences, k from 1; without them the body stands for them.
        """
        self.entries = tuple(entries)
        # By columns: OpenBLAS then reads it faster for one question.
        self._asked = np.asfortranarray(np.concatenate(asked) if asked else heads[:0])
        counts = np.array([len(vectors) for vectors in asked] or [0] * len(self.entries), dtype=np.int64)
        self._askers = np.repeat(np.arange(len(self.entries)), counts)
        self._with_ways = np.flatnonzero(counts)
        self._first_asked = (np.cumsum(counts) - counts)[self._with_ways]
        self._details = np.concatenate(details) if details else bodies
        lengths = [len(vectors) for vectors in details] or [1] * len(self.entries)
        self._first_detail = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        self.bodies = bodies
        self.heads = heads
        self.rows = {entry.id: row for row, entry in enumerate(self.entries)}
        self.bm25 = Bm25([entry.words for entry in self.entries])
        self.spelling = Spelling(entry.spelt for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def dense(self, query: Vectors, rows: Sequence[int] | None = None, asked: Scores | None = None) -> Scores:
        """Nearness to the query of all rows or the given ones, see ``nearness``. ``asked``: its ``asked_cosines``."""
        asked = self.asked_cosines(query) if asked is None else asked
        if rows is None:
            details = np.maximum.reduceat(self._details @ query, self._first_detail[:-1]) if len(self) else self.bodies
            return nearness(self.bodies @ query, self._heading(self.heads @ query, asked), details)
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        chosen = np.asarray(rows, dtype=np.int64)
        heads = np.full(len(self), -1.0, dtype=np.float32)
        heads[chosen] = self.heads[chosen] @ query
        lengths = self._first_detail[chosen + 1] - self._first_detail[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.arange(int(lengths.sum())) + np.repeat(self._first_detail[chosen] - starts, lengths)
        details = np.maximum.reduceat(self._details[places] @ query, starts)
        return nearness(self.bodies[chosen] @ query, self._heading(heads, asked)[chosen], details)

    def _heading(self, heads: Scores, asked: Scores) -> Scores:
        """Cosine of the nearest of each piece's heading and ways to ask; changes ``heads``."""
        if len(asked):
            nearest = np.maximum.reduceat(asked, self._first_asked)
            heads[self._with_ways] = np.maximum(heads[self._with_ways], nearest)
        return heads

    def asked_cosines(self, query: Vectors) -> Scores:
        """Cosines to all ways to ask; of several queries ``(k, d)`` a row each."""
        if query.ndim == 1:
            found: Scores = self._asked @ query
            return found
        # One by one: so few queries gain nothing from being asked at once.
        return np.stack([self._asked @ one for one in query])

    @property
    def has_ways(self) -> bool:
        return bool(len(self._asked))

    @cached_property
    def asked_moments(self) -> Moments:
        """Of all ways to ask, for the line between them and what nothing answers."""
        return moments(self._asked)

    def asked_nearest(self, asked: Scores, count: int) -> list[int]:
        """Rows of pieces that somebody asked for in nearly these words. The index does not hold these vectors."""
        return list(dict.fromkeys(int(self._askers[at]) for at in top(asked, count))) if len(asked) else []

    def nearest(self, query: Vectors, count: int, asked: Scores | None = None) -> list[int]:
        """Rows of the ``count`` nearest pieces by exact search, best first."""
        return top(self.dense(query, None, asked), count) if len(self) else []


def nearness(body: Scores, head: Scores, detail: Scores) -> Scores:
    """One nearness from three cosines: of body and heading mostly the nearer, and the nearest sentence."""
    weighed = HEADING_WEIGHT * head
    whole = (1 - OTHER_WEIGHT) * np.maximum(body, weighed) + OTHER_WEIGHT * np.minimum(body, weighed)
    found: Scores = (whole + DETAIL_WEIGHT * detail) / (1 + DETAIL_WEIGHT)
    return found


def top(scores: Scores, count: int) -> list[int]:
    """Rows of the highest scores, best first, ties by row."""
    rows = np.argpartition(-scores, count - 1)[:count] if len(scores) > count else np.arange(len(scores))
    return [int(row) for row in sorted(rows, key=lambda row: (-scores[row], row))]


def lexical_weight(shelves: Sequence[Shelf]) -> float:
    return LEXICAL_WEIGHT_WITH_WAYS if any(shelf.has_ways for shelf in shelves) else LEXICAL_WEIGHT


def fuse(dense: Scores, lexical: Scores, lexical_top: float, weight: float = LEXICAL_WEIGHT) -> Scores:
    """One score from two: each scaled by its maximum, BM25 by a small weight. Monotone in both."""
    dense_top = float(dense.max()) if len(dense) else 0.0
    if dense_top <= 0.0:
        return lexical / lexical_top if lexical_top > 0.0 else dense
    fused: Scores = dense / dense_top
    if lexical_top > 0.0:
        fused = fused + weight * lexical / lexical_top
    return fused


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    text: str


class CorpusRanker:
    """Ranks the documents of a plain corpus with the product's own chunks, vectors, words and fusion."""

    def __init__(
        self, documents: Sequence[Document], embeddings: SentenceEmbeddings, progress: Progress | None = None
    ) -> None:
        self._embeddings = embeddings
        chunks = [
            (document.id, chunk)
            for document in documents
            for chunk in ingest.split_plain(document.id, document.title, document.text)
        ]
        self._owners = [owner for owner, _ in chunks]
        entries = [Entry(chunk.id, chunk.body_text, chunk.head_text) for _, chunk in chunks]
        texts = [entry.body_text for entry in entries] + [entry.head_text or entry.body_text for entry in entries]
        sentences = [chunk.detail_texts for _, chunk in chunks]
        vectors = embeddings.vectors([*texts, *(one for group in sentences for one in group)], progress)
        ends = np.cumsum([len(group) for group in sentences])
        details = np.split(vectors[len(texts) :], ends[:-1]) if sentences else []
        self.shelf = Shelf(entries, vectors[: len(entries)], vectors[len(entries) : len(texts)], (), details)

    def rank(self, query: str, count: int = 10, mode: Mode = "hybrid") -> list[tuple[str, float]]:
        """The best ``count`` documents with their scores, best first; a document scores as its best chunk."""
        if mode == "bm25":
            scores = self.shelf.bm25.scores(words(query))
        elif mode == "dense":
            scores = self._dense(query)
        else:
            text = self.shelf.spelling.correct(query, self._embeddings.knows)
            dense, lexical = self._dense(text), self.shelf.bm25.scores(words(text))
            if (plain := general(text)) != text:
                dense = (1 - GENERAL_WEIGHT) * dense + GENERAL_WEIGHT * self._dense(plain)
            scores = fuse(dense, lexical, float(lexical.max()) if len(lexical) else 0.0)
        best: dict[str, float] = {}
        for row in top(scores, count * 8):
            best.setdefault(self._owners[row], float(scores[row]))
        return list(best.items())[:count]

    def _dense(self, text: str) -> Scores:
        return self.shelf.dense(self._embeddings.vectors([text])[0])
