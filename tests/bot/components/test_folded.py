"""What is folded is as alike as the views that it was folded from."""

from __future__ import annotations

import numpy as np
import pytest

from bot.components import folded
from bot.components.folded import Folded

pytestmark = pytest.mark.unit

WEIGHTS = (2.0, 0.5)


def views(rank: int) -> list[np.ndarray]:
    """Forty texts in two views of twenty numbers that differ along ``rank`` axes."""
    chance = np.random.default_rng(1)
    hidden = chance.normal(size=(40, rank))
    found = [hidden @ chance.normal(size=(rank, 20)) for _ in WEIGHTS]
    return [(view / np.linalg.norm(view, axis=1, keepdims=True)).astype(np.float32) for view in found]


def test_products_are_the_weighted_mean_of_cosines() -> None:
    given = views(6)
    rows = Folded(given, WEIGHTS)(given)
    cosines = sum(weight * (view @ view.T) for weight, view in zip(WEIGHTS, given, strict=True)) / sum(WEIGHTS)
    assert rows @ rows.T == pytest.approx(cosines, abs=1e-5)


def test_the_axes_that_differ_most_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folded, "AXES", 12)
    given = views(6)  # each view has its own six axes, so twelve hold everything
    rows = Folded(given, WEIGHTS)(given)
    assert rows.shape == (40, 12)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(40), abs=1e-5)


def test_one_text_is_folded_like_many() -> None:
    given = views(6)
    fold = Folded(given, WEIGHTS)
    assert fold([view[3] for view in given]) == pytest.approx(fold(given)[3], abs=1e-5)
