import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.survival import at, curve

pytestmark = pytest.mark.unit
WATCHED = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=40)


def slow(watched: list[tuple[int, bool]], days: float) -> float:
    """Kaplan and Meier by the book: at each day the share of those still watched who do not come back on it."""
    kept = 1.0
    for day in sorted({duration for duration, back in watched if back and duration <= days}):
        at_risk = sum(duration >= day for duration, _ in watched)
        kept *= 1 - sum(back and duration == day for duration, back in watched) / at_risk
    return kept


@given(WATCHED, st.integers(0, 25))
def test_the_curve_agrees_with_its_slow_twin(watched: list[tuple[int, bool]], days: int) -> None:
    points = curve([duration for duration, _ in watched], [back for _, back in watched])
    point = at(points, days)
    assert point.kept == pytest.approx(slow(watched, days), abs=1e-9)
    assert 0 <= point.low <= point.kept + 1e-9
    assert point.kept - 1e-9 <= point.high <= 1


def test_what_is_not_known_yet_is_no_success() -> None:
    """Ten issues of yesterday say nothing about the seventh day."""
    old = curve([7.0] * 10 + [3.0] * 10, [False] * 10 + [True] * 10)
    young = curve([7.0] * 10 + [3.0] * 10 + [1.0] * 10, [False] * 10 + [True] * 10 + [False] * 10)
    assert at(old, 7).kept == at(young, 7).kept == 0.5
