"""``./frontdesk prove soak``: customers come and go for a long time, and nothing grows with them.

A stack of the proof's own holds conversations at a low rate, round after round. After each round the memory of all its
processes is read. Passed when every message got a good end and the regression line of memory over conversations rises
by at most 1 MiB for 1,000 of them. The first rounds, in which caches fill, are left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import linear_regression
from typing import Any

import uvloop

from stack import footprint
from stack.bench.chat import signer
from stack.bench.figures import summarise
from stack.bench.target import Placed, measure, ours
from stack.errors import StackError
from stack.prove import Extent
from stack.prove.private_stack import PrivateStack
from stack.settings import Settings

RATE = 20.0
ROUND_SECONDS = 60.0
MOST_SLOPE = 1.0
"""MiB for 1,000 conversations."""
FILLING = 0.25
"""Share of the rounds in which caches fill."""
FEWEST = 4
"""Rounds after these, for a line."""

Point = tuple[int, float]
"""Conversations held so far, MiB of all processes."""


def run(settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    """``--trials`` rounds of a minute each."""
    with tempfile.TemporaryDirectory(prefix="fd-soak-") as folder:
        points, errors = uvloop.run(_measure(settings, Path(folder), tell, extent))
    slope = slope_of(points)
    enough = slope is not None and slope <= MOST_SLOPE
    rises = "too few rounds for a line" if slope is None else f"memory rises by {slope:.2f} MiB for 1,000 conversations"
    return {
        "passed": errors == 0 and enough,
        "mib_for_1000": None if slope is None else round(slope, 3),
        "errors": errors,
        "points": points,
        "people": f"{points[-1][0]} conversations, {errors} messages without a good end; {rises} of {MOST_SLOPE:g}",
    }


def slope_of(points: Sequence[Point]) -> float | None:
    """MiB for 1,000 conversations, over the rounds after the caches filled."""
    kept = points[round(FILLING * len(points)) :]
    if len(kept) < FEWEST:
        return None
    return 1000 * linear_regression([float(count) for count, _ in kept], [mib for _, mib in kept]).slope


async def _measure(
    settings: Settings, folder: Path, tell: Callable[[str], None], extent: Extent
) -> tuple[list[Point], int]:
    tell("Starting a stack of its own …")
    points: list[Point] = []
    held = errors = 0
    async with PrivateStack(settings, folder, replicas=1) as stack:
        for number in range(extent.trials):
            target = ours(stack.base, signer(stack.settings))
            samples = await measure(target, f"Round {number + 1}", RATE, ROUND_SECONDS, extent.seed + number)
            errors += summarise(samples, RATE)["errors"]
            held += Placed(RATE, round(RATE * ROUND_SECONDS)).conversations
            await stack.at_rest()
            running = footprint.of_running(stack.paths.state)
            if running is None:
                raise StackError(f"The proof's stack ended meanwhile; see {stack.paths.log}.")
            points.append((held, (running.pss or running.rss) / 2**20))
            tell(f"{held} conversations: {points[-1][1]:.0f} MiB, {errors} errors")
    return points, errors
