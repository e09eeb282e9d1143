"""Background work in rounds: whatever one round brings is logged, and the next one comes after a pause.

A loop that ends at the first unexpected error would go unnoticed: answers keep coming, from what was true then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

PAUSE = 5.0
"""Seconds between a round that failed and the next one."""
LONG = 60.0
"""Seconds of failing rounds after which somebody should look."""


class Rounds:
    """The loops of one part by name, and how long each has failed. ``monotonic`` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failing_since: dict[str, float] = {}

    async def forever(self, name: str, one_round: Callable[[], Awaitable[object]]) -> None:
        """Never ends by itself; a round waits for its next time on its own."""
        while True:
            try:
                await one_round()
            except Exception as problem:  # noqa: BLE001 - told by its name alone: it may hold somebody's words
                self._failing_since.setdefault(name, self._monotonic())
                code = getattr(problem, "code", None)
                log.error("knowledge.round_failed", loop=name, error=type(problem).__name__, code=code)
                # Not the clock's sleep: tests hold the clock still.
                await asyncio.sleep(PAUSE)
            else:
                self._failing_since.pop(name, None)

    def failing(self) -> list[str]:
        """The loops that have done nothing but fail for long."""
        now = self._monotonic()
        return sorted(name for name, since in self._failing_since.items() if now - since >= LONG)
