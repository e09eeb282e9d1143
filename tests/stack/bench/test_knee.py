from __future__ import annotations

from typing import Any

import pytest

from stack.bench import knee

pytestmark = pytest.mark.unit


def figures(rate: float, p95: float) -> dict[str, Any]:
    return {"rate": rate, "errors": 0, "turn_ms": {"p95": p95}, "throughput": rate}


@pytest.mark.parametrize(
    ("slow", "found", "measured"),
    [
        ({20, 25}, 15, [5, 10, 15, 20, 25]),
        ({10}, 30, [5, 10, 15, 20, 25, 30]),  # one bad step may be the machine's
        ({5, 10}, 0, [5, 10]),
        (set(), 30, [5, 10, 15, 20, 25, 30]),
    ],
)
async def test_the_knee_is_the_highest_rate_before_two_bad_steps(
    slow: set[int], found: float, measured: list[int]
) -> None:
    asked: list[float] = []

    async def measure(rate: float) -> dict[str, Any]:
        asked.append(rate)
        return figures(rate, 900.0 if rate in slow else 20.0)

    curve = await knee.find(measure, steps=range(5, 35, 5), rest=0)

    assert curve["rate"] == found
    assert asked == measured
    assert [step["rate"] for step in curve["steps"]] == measured
