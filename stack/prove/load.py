"""``./frontdesk prove load``: the figures of the whole front desk against their limits, on a stack of the proof's own.

``bench chat`` prints what it measures; this says whether it is enough. Nothing else may keep the machine busy.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from stack import footprint
from stack.bench.chat import signer
from stack.bench.figures import summarise
from stack.bench.target import measure, ours
from stack.prove import Extent
from stack.prove.private_stack import PrivateStack
from stack.settings import Settings

TURNS, ACKNOWLEDGEMENTS = 10.0, 50.0
"""Messages a second at which turns and acknowledgements are held against their limits."""
MOST_MEMORY = 1.8
"""GiB of all processes together, idle, with shared pages counted with each."""


@dataclass(frozen=True)
class Limit:
    """``measured`` must not be over ``most``; what could not be measured does not hold."""

    name: str
    measured: float | None
    most: float
    unit: str

    @property
    def holds(self) -> bool:
        return self.measured is not None and self.measured <= self.most

    def line(self) -> str:
        measured = "not measured" if self.measured is None else f"{self.measured:g} {self.unit}"
        return f"{'held  ' if self.holds else 'MISSED'}  {self.name}: {measured} of {self.most:g} {self.unit}"


def run(settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    """``--trials`` is the length of each load in seconds, 20 unless named."""
    with tempfile.TemporaryDirectory(prefix="fd-load-") as folder:
        turns, acks, memory = uvloop.run(_measure(settings, Path(folder), tell, extent))
    limits = limits_of(turns, acks, memory)
    return {
        "passed": all(limit.holds for limit in limits),
        "turns": turns,
        "acknowledgements": acks,
        "idle_gib": memory,
        "people": "\n".join(limit.line() for limit in limits),
    }


def limits_of(turns: dict[str, Any], acks: dict[str, Any], memory: float | None) -> list[Limit]:
    return [
        Limit(f"turn at {TURNS:g}/s, p50", turns["turn_ms"]["p50"], 20, "ms"),
        Limit(f"turn at {TURNS:g}/s, p95", turns["turn_ms"]["p95"], 60, "ms"),
        Limit(f"acknowledgement at {ACKNOWLEDGEMENTS:g}/s, p95", acks["ack_ms"]["p95"], 25, "ms"),
        Limit("messages without a good end", turns["errors"] + acks["errors"], 0, "messages"),
        Limit("memory when idle", memory, MOST_MEMORY, "GiB"),
    ]


async def _measure(
    settings: Settings, folder: Path, tell: Callable[[str], None], extent: Extent
) -> tuple[dict[str, Any], dict[str, Any], float | None]:
    tell("Starting a stack of its own …")
    async with PrivateStack(settings, folder, replicas=1) as stack:
        await stack.at_rest()
        running = footprint.of_running(stack.paths.state)
        target = ours(stack.base, signer(stack.settings))
        found = [
            summarise(await measure(target, f"{rate:g}/s", rate, float(extent.trials), extent.seed), rate)
            for rate in (TURNS, ACKNOWLEDGEMENTS)
        ]
    return found[0], found[1], round(running.rss / 2**30, 2) if running else None
