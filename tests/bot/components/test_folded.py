"""What is folded is as alike as the views it was folded from, or, stretched, where the examples want the same."""

from __future__ import annotations

import numpy as np
import pytest

from bot.components import folded
from bot.components.folded import Folded

pytestmark = pytest.mark.unit

WEIGHTS = (1.2, 0.5)
TEXTS = 60
WANTED = np.arange(TEXTS) % 3
TARGET = (np.eye(3)[WANTED] - 1 / 3).astype(np.float32)
RIDGE = np.full(TEXTS, 0.05, dtype=np.float32)


def views() -> list[np.ndarray]:
    """Sixty texts of three labels, each in two views of twenty numbers; four of these say the label, the rest is what
    the texts speak of, which says nothing and is louder."""
    chance = np.random.default_rng(1)
    found = []
    for _ in WEIGHTS:
        view = chance.normal(size=(TEXTS, 20))
        view[:, :4] += 1.5 * chance.normal(size=(3, 4))[WANTED]
        view[:, 4:] *= 1.3
        found.append((view / np.linalg.norm(view, axis=1, keepdims=True)).astype(np.float32))
    return found


def apart(products: np.ndarray) -> float:
    """How much more alike texts of one label are than texts of two, in spreads of the products."""
    same = WANTED[:, None] == WANTED[None, :]
    others = ~np.eye(TEXTS, dtype=bool)
    return float((products[same & others].mean() - products[~same].mean()) / products[others].std())


def test_products_are_the_weighted_mean_of_cosines() -> None:
    given = views()
    rows = Folded(given, WEIGHTS)(given)
    cosines = sum(weight * (view @ view.T) for weight, view in zip(WEIGHTS, given, strict=True)) / sum(WEIGHTS)
    assert rows @ rows.T == pytest.approx(cosines, abs=1e-5)


def test_what_tells_labels_apart_counts_more_than_what_does_not() -> None:
    given = views()
    rows = Folded.stretched(given, WEIGHTS, TARGET, RIDGE)(given)
    cosines = sum(weight * (view @ view.T) for weight, view in zip(WEIGHTS, given, strict=True)) / sum(WEIGHTS)
    assert apart(rows @ rows.T) > 1.5 * apart(cosines)


def test_that_carries_over_to_texts_that_were_not_seen() -> None:
    given = views()
    seen, new = slice(0, 45), slice(45, TEXTS)
    fold = Folded.stretched([view[seen] for view in given], WEIGHTS, TARGET[seen], RIDGE[seen])
    rows = fold([view[seen] for view in given])
    nearest = WANTED[seen][(fold([view[new] for view in given]) @ rows.T).argmax(axis=1)]
    plain = WANTED[seen][(given[0][new] @ given[0][seen].T).argmax(axis=1)]
    assert (nearest == WANTED[new]).mean() > (plain == WANTED[new]).mean()


def test_few_axes_of_unit_length_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folded, "AXES", 12)
    given = views()
    rows = Folded.stretched(given, WEIGHTS, TARGET, RIDGE)(given)
    assert rows.shape == (TEXTS, 12)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(TEXTS), abs=1e-5)


def test_one_text_is_folded_like_many() -> None:
    given = views()
    fold = Folded.stretched(given, WEIGHTS, TARGET, RIDGE)
    assert fold([view[3] for view in given]) == pytest.approx(fold(given)[3], abs=1e-5)
