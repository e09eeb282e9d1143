"""The knee of the load curve: the highest rate that is answered in time, without an error, as fast as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from stack.bench.figures import holds

STEPS = tuple(range(5, 65, 5))  # messages per second
SLOW_STEPS = (1, 2, 3, 4, *STEPS)  # for what may bend before our first step
FAILURES_IN_A_ROW = 2  # one bad step may be the machine's; two are the curve
REST = 3.0  # seconds between two steps, so that a queue of the last one does not spoil the next

Measure = Callable[[float], Awaitable[dict[str, Any]]]


async def find(measure: Measure, steps: Sequence[int] = STEPS, rest: float = REST) -> dict[str, Any]:
    """``{"rate": the knee, "steps": the figures of each step}``; ``rate`` is 0 where even the first step fails."""
    done: list[dict[str, Any]] = []
    for rate in steps:
        figures = await measure(float(rate))
        done.append(figures | {"holds": holds(figures)})
        if len(done) >= FAILURES_IN_A_ROW and not any(step["holds"] for step in done[-FAILURES_IN_A_ROW:]):
            break
        await asyncio.sleep(rest)
    return {"rate": max((step["rate"] for step in done if step["holds"]), default=0.0), "steps": done}
