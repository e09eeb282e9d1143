"""The index alone: when a new build is taken for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from knowledge.build import Build, IndexBroken, Key
from knowledge.embeddings import Vectors
from knowledge.index import VectorIndex
from knowledge.ranker import Entry, Shelf

pytestmark = pytest.mark.service

PUBLIC: Key = ("public", "en")


def shelf(count: int) -> Shelf:
    vectors = np.random.default_rng(1).normal(size=(count, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Shelf([Entry(f"piece-{n}:1:0", f"body {n}", f"head {n}") for n in range(count)], vectors, vectors)


@contextmanager
def opened(folder: Path) -> Iterator[VectorIndex]:
    index = VectorIndex(folder)
    index.take()
    index.open()
    yield index
    index.close()


def losing(monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    """The graph misses the first ``lost`` that are looked for."""
    real, left = Build.nearest, iter(range(lost))

    def nearest(build: Build, key: Key, vector: Vectors, count: int) -> list[tuple[str, float]]:
        return [] if next(left, None) is not None else real(build, key, vector, count)

    monkeypatch.setattr(Build, "nearest", nearest)


@pytest.mark.parametrize(("pieces", "lost"), [(40, 0), (40, 2), (5, 0)])
def test_an_approximate_graph_may_miss_a_few_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int, lost: int
) -> None:
    with opened(tmp_path) as index:
        losing(monkeypatch, lost)
        index.build({PUBLIC: shelf(pieces)})
        assert index.ready


@pytest.mark.parametrize(("pieces", "lost"), [(40, 3), (5, 1)])
def test_a_build_that_finds_too_few_is_refused_with_the_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int, lost: int
) -> None:
    with opened(tmp_path) as index:
        losing(monkeypatch, lost)
        with pytest.raises(IndexBroken, match=f"{lost} of .* canaries"):
            index.build({PUBLIC: shelf(pieces)})
        assert not index.ready
