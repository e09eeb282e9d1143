"""Agreement beyond chance, against figures worked out by hand and a slow twin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.quality.agreement import agreement, cohens_kappa

pytestmark = pytest.mark.unit

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


def test_the_textbook_table() -> None:
    """20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed .70, by chance .50, so kappa .40."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)


def slow_kappa(pairs: list[tuple[str, str]]) -> float:
    names = {name for pair in pairs for name in pair}
    observed = sum(1 for a, b in pairs if a == b) / len(pairs)
    chance = sum(
        sum(1 for a, _ in pairs if a == name) / len(pairs) * (sum(1 for _, b in pairs if b == name) / len(pairs))
        for name in names
    )
    return 1.0 if chance > 1 - 1e-12 else (observed - chance) / (1 - chance)


@given(PAIRS)
def test_it_agrees_with_its_slow_twin(pairs: list[tuple[str, str]]) -> None:
    assert cohens_kappa(pairs) == pytest.approx(slow_kappa(pairs))


@given(PAIRS)
def test_the_interval_holds_the_figure_and_comes_out_the_same_again(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs, seed=3)
    assert found == agreement(pairs, seed=3)
    assert found.pairs == len(pairs)
    if found.low is not None and found.high is not None:
        assert -1 <= found.low <= found.high <= 1


def test_without_pairs_nothing_is_claimed() -> None:
    assert agreement([]) == (0, None, None, None, None)
    assert agreement([("a", "a")])[3:] == (None, None)
