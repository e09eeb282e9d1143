from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from bot.components import kernel_machine
from bot.components.kernel_machine import KernelMachine
from bot.components.ngrams import Row

pytestmark = pytest.mark.unit

WIDTHS = (2.0, 0.5)


def views(n: int, seed: int = 1) -> list:
    chance = np.random.default_rng(seed)
    dense = chance.normal(size=(n, 6)).astype(np.float32)
    sparse = sp.random(n, 9, 0.5, format="csr", dtype=np.float32, random_state=seed).toarray() + 0.1
    return [
        dense / np.linalg.norm(dense, axis=1, keepdims=True),
        sp.csr_matrix(sparse / np.linalg.norm(sparse, axis=1, keepdims=True)),
    ]


def rows(given: list, at: np.ndarray | int) -> list:
    """Rows for training, or the one row of a message."""
    if isinstance(at, np.ndarray) and at.ndim:
        return [view[at] for view in given]
    found = [view[at] for view in given]
    return [Row(row.indices, row.data) if sp.issparse(row) else row for row in found]


@pytest.fixture
def target() -> np.ndarray:
    return np.eye(3, dtype=np.float32)[np.arange(30) % 3]


def test_what_is_left_out_scores_as_if_it_had_never_been_learnt(target: np.ndarray) -> None:
    given, ridge = views(30), np.linspace(0.1, 0.4, 30)
    left_out = KernelMachine.fit(given, WIDTHS, target, ridge).left_out
    for index in (0, 7, 29):
        others = np.delete(np.arange(30), index)
        machine = KernelMachine.fit(rows(given, others), WIDTHS, target[others], ridge[others]).machine
        scores, _ = machine.scores(rows(given, index))
        assert scores == pytest.approx(left_out[index], abs=1e-4)


def test_the_size_of_a_block_changes_nothing(target: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = KernelMachine.fit(views(30), WIDTHS, target, np.full(30, 0.1)).left_out
    monkeypatch.setattr(kernel_machine, "BLOCK", 7)
    assert KernelMachine.fit(views(30), WIDTHS, target, np.full(30, 0.1)).left_out == pytest.approx(whole, abs=1e-4)


def test_the_first_view_gives_the_similarities(target: np.ndarray) -> None:
    given = views(30)
    _, cosines = KernelMachine.fit(given, WIDTHS, target, np.full(30, 0.1)).machine.scores(rows(given, 4))
    assert int(cosines.argmax()) == 4
    assert cosines[4] == pytest.approx(1.0, abs=1e-5)


def test_dense_views_alone_will_do(target: np.ndarray) -> None:
    given = views(30)[:1]
    scores, _ = KernelMachine.fit(given, WIDTHS[:1], target, np.full(30, 0.1)).machine.scores(rows(given, 5))
    assert int(scores.argmax()) == 5 % 3


def test_a_message_without_a_known_run_is_compared_by_the_other_views(target: np.ndarray) -> None:
    given = views(30)
    nothing = Row(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
    scores, _ = KernelMachine.fit(given, WIDTHS, target, np.full(30, 0.1)).machine.scores([given[0][5], nothing])
    assert np.isfinite(scores).all()
