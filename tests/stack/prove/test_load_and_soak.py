"""What the proofs of load and soak conclude from what they measure."""

from __future__ import annotations

import pytest

from stack.prove.load import Limit, limits_of
from stack.prove.soak import slope_of

pytestmark = pytest.mark.unit


def test_a_limit_holds_up_to_itself_and_not_where_nothing_was_measured() -> None:
    assert Limit("turn", 20, 20, "ms").line() == "held    turn: 20 ms of 20 ms"
    assert Limit("turn", 20.1, 20, "ms").line() == "MISSED  turn: 20.1 ms of 20 ms"
    assert not Limit("turn", None, 20, "ms").holds


def test_every_figure_counts() -> None:
    good = {"turn_ms": {"p50": 18, "p95": 40}, "ack_ms": {"p95": 20}, "errors": 0}
    assert all(limit.holds for limit in limits_of(good, good, 1.1))
    for turns, acks, memory in (
        (good | {"turn_ms": {"p50": 21, "p95": 40}}, good, 1.1),
        (good | {"turn_ms": {"p50": 18, "p95": 61}}, good, 1.1),
        (good, good | {"ack_ms": {"p95": 26}}, 1.1),
        (good, good | {"errors": 1}, 1.1),
        (good, good, None),
    ):
        assert [limit.holds for limit in limits_of(turns, acks, memory)].count(False) == 1


def test_the_line_is_drawn_after_the_caches_filled() -> None:
    filling = [(1000, 100.0), (2000, 600.0)]
    steady = [(1000 * number, 900.0 + 2 * number) for number in range(3, 9)]
    assert slope_of([*filling, *steady]) == pytest.approx(2.0)
    assert slope_of([*filling, *steady[:2]]) is None
