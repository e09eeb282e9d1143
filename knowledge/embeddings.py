"""Sentence vectors behind LangChain's ``Embeddings``: ours by default, any other model by the same door.

Vectors are float32, unit length. Chroma never computes one: it would fetch a model of its own and cut long texts.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with (done, all) after each batch."""

BATCH = 32
MEMORY = 8_192
"""Vectors of recent texts that are kept: questions come again, and so do the sentences of popular passages."""


def details_digest(body_digest: str) -> str:
    """Names the vectors of a piece's sentences, which are stored as one; they are what its body text makes them."""
    return hashlib.sha256(f"{body_digest}\0sentences".encode()).hexdigest()


class Encoder(Protocol):
    """What ``bot.text.embed.SentenceEncoder`` offers."""

    def encode(self, texts: Sequence[str], batch_size: int = 1) -> Vectors: ...

    def knows(self, word: str) -> bool: ...


class SentenceEmbeddings(Embeddings):
    """LangChain's view of an encoder, with a memory. Safe to call from several threads."""

    def __init__(self, encoder: Encoder, name: str) -> None:
        self.name = name
        self._encoder = encoder
        self._memory: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def digest(self, text: str) -> str:
        """Names the vector of ``text`` under this model."""
        return hashlib.sha256(f"{self.name}\0{text}".encode()).hexdigest()

    def knows(self, word: str) -> bool:
        """Whether the model knows ``word`` as a word of its own."""
        return self._encoder.knows(word)

    def forget(self) -> None:
        """Empty the memory, so that what is timed next is not a remembered text."""
        with self._lock:
            self._memory.clear()

    def remember(self, texts: Sequence[str], vectors: Sequence[Vectors] | Vectors) -> None:
        """Take vectors that were stored into the memory, so that these texts are not encoded again soon."""
        with self._lock:
            self._memory.update(zip(texts, vectors, strict=True))
            self._shorten()

    def vectors(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape ``(n, d)`` in the order of ``texts``; known texts are not encoded again."""
        known: dict[str, Vectors] = {}
        with self._lock:
            for text in texts:
                if (vector := self._memory.get(text)) is not None:
                    self._memory.move_to_end(text)
                    known[text] = vector
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            known.update(zip(batch, self._encoder.encode(batch), strict=True))
            if progress is not None:
                progress(start + len(batch), len(missing))
        with self._lock:
            for text in missing:
                self._memory[text] = known[text]
            self._shorten()
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, 0), dtype=np.float32)

    def _shorten(self) -> None:
        while len(self._memory) > MEMORY:
            self._memory.popitem(last=False)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self.vectors(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class KnownVectors(Embeddings):
    """Vectors that were computed before, handed to a LangChain store under the texts they belong to."""

    def __init__(self) -> None:
        self._vectors: dict[str, Vectors] = {}

    def prime(self, texts: Sequence[str], vectors: Sequence[Vectors]) -> None:
        self._vectors = dict(zip(texts, vectors, strict=True))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._vectors[text].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
