"""A large knowledge base out of the shipped articles: pieces that lie between real ones, in words that real ones use.

Vectors at random would be all equally far apart, which no text is: a made-up piece is a mixture of two real pieces and
some noise, so that neighbourhoods are as crowded as real ones. Words are drawn as often as the articles use them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.text.embed import SentenceEncoder
from knowledge import content, ingest
from knowledge.content import Content
from knowledge.embeddings import Vectors
from knowledge.ranker import Entry, Shelf

NOISE = 0.5
"""Length of the noise beside a vector of length 1."""
HEAD_NOISE = 0.7
SAMPLE = 250
"""Real pieces that are embedded as material."""
PIECE_WORDS = 80
HEAD_WORDS = 6


class Material:
    """What made-up pieces are made of. ``questions`` are real ones with their vectors, shape ``(n, 384)``."""

    def __init__(self, articles: Path, questions: Path, encoder: SentenceEncoder, seed: int) -> None:
        chunks = [
            chunk
            for path in sorted(articles.glob("*.md"))
            for chunk in ingest.split(path.stem, 1, content.read(path.read_bytes()).content)
        ]
        step = max(1, len(chunks) // SAMPLE)
        self._real = encoder.encode([chunk.body_text for chunk in chunks[::step]])
        words = [word for chunk in chunks for word in chunk.text.lower().split()]
        self._words, counts = np.unique(np.array(words), return_counts=True)
        self._often = counts / counts.sum()
        self._random = np.random.default_rng(seed)
        self.texts = [json.loads(line)["question"] for line in questions.read_text("utf-8").splitlines()]
        self.questions = encoder.encode(self.texts)

    def vectors(self, count: int) -> Vectors:
        """Shape ``(count, 384)``, unit length."""
        first, second = self._random.integers(0, len(self._real), (2, count))
        share = self._random.random((count, 1)).astype(np.float32)
        mixed = share * self._real[first] + (1 - share) * self._real[second]
        return _unit(mixed + self._noise(count, NOISE))

    def text(self, words: int) -> str:
        return " ".join(self._random.choice(self._words, size=words, p=self._often))

    def shelf(self, count: int) -> Shelf:
        bodies = self.vectors(count)
        heads = _unit(bodies + self._noise(count, HEAD_NOISE))
        entries = [
            Entry(f"piece-{number}:1:0", self.text(PIECE_WORDS), self.text(HEAD_WORDS)) for number in range(count)
        ]
        return Shelf(entries, bodies, heads)

    def article(self, title: str, sections: int) -> Content:
        parts = [f"## {self.text(HEAD_WORDS)}\n\n{self.text(PIECE_WORDS)}." for _ in range(sections)]
        return Content(title=title, body="\n\n".join(parts), owner="bench@example.test")

    def _noise(self, count: int, length: float) -> Vectors:
        return length * _unit(self._random.normal(size=(count, self._real.shape[1])).astype(np.float32))


class CheapEncoder:
    """Vectors by the digest of a text, at no cost: what is measured with it is everything but the model."""

    def __init__(self, material: Material) -> None:
        self._pool = material.vectors(4_096)

    def knows(self, word: str) -> bool:
        del word  # the articles' words are all that there are
        return False

    def encode(self, texts: Sequence[str], batch_size: int = 1) -> Vectors:
        del batch_size  # vectors here never depend on what stands beside a text
        places = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        first = self._pool[[place % len(self._pool) for place in places]]
        second = self._pool[[place // len(self._pool) % len(self._pool) for place in places]]
        return _unit(first + 0.5 * second)


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return found
