"""What stands beside the effort index: that it is uncalibrated, or how far it goes with what customers answer."""

from __future__ import annotations

import re

import numpy as np
import pytest

from eval.metrics.effort import CALIBRATED_FROM, calibration, hardness, rank_correlation

pytestmark = pytest.mark.unit


def test_below_two_hundred_answers_it_says_so() -> None:
    assert calibration({(10.0, 0.5): CALIBRATED_FROM - 1}) == "uncalibrated: 199 of 200 answers"


def test_from_two_hundred_answers_its_rank_correlation_is_told_with_its_interval() -> None:
    told = calibration({(10.0, 0.0): 80, (10.0, 1.0): 20, (50.0, 0.0): 20, (50.0, 1.0): 80})
    value, low, high, n = map(float, re.findall(r"-?\d+\.?\d*", told))
    assert (value, n) == (0.6, 200)
    assert 0.4 < low < 0.6 < high < 0.75
    assert "alike" in calibration({(10.0, 0.5): CALIBRATED_FROM})


def test_both_forms_tell_how_hard_it_was() -> None:
    assert [hardness(*form) for form in ((7, None), (1, None), (None, 1), (None, 5), (None, None))] == [
        0,
        1,
        0,
        1,
        None,
    ]


def test_the_interval_holds_a_known_correlation() -> None:
    """Of normal pairs with r = .5 the rank correlation is 6/pi asin(.25) = .483; a slow twin ranks one by one."""
    truth, held = 6 / np.pi * np.arcsin(0.25), 0
    for seed in range(400):
        draws = np.random.default_rng(seed).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=200)
        found = rank_correlation({(float(one), float(other)): 1 for one, other in draws})
        assert found is not None
        ranks = draws.argsort(axis=0).argsort(axis=0)
        assert found[0] == pytest.approx(np.corrcoef(ranks[:, 0], ranks[:, 1])[0, 1])
        held += found[1] <= truth <= found[2]
    assert 0.92 <= held / 400 <= 0.98


def test_ties_share_their_rank() -> None:
    counted = {(1.0, 0.0): 3, (2.0, 0.0): 2, (2.0, 0.5): 4, (3.0, 1.0): 1}
    told = [pair for pair, count in counted.items() for _ in range(count)]
    sides = [[pair[side] for pair in told] for side in (0, 1)]
    ranks = [[sum(o < v for o in values) + (values.count(v) + 1) / 2 for v in values] for values in sides]
    found = rank_correlation(counted)
    assert found is not None
    assert found[0] == pytest.approx(np.corrcoef(*ranks)[0, 1])
