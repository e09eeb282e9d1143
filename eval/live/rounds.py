"""How the live part works: round after round, as long as there is something, with most of the time left to others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

IDLE_PER_ROUND = 4.0
"""Seconds without work for each second of it: a rush is worked off in larger rounds, not in more of them."""

logger = structlog.get_logger(__name__)


async def run_forever(
    step: Callable[[], Awaitable[bool]], pause: Callable[[], Awaitable[object]], waiting: str
) -> None:
    """``step`` says whether there may be more; where not, ``pause`` is awaited. What goes wrong (a store or a shop that
    is away) is logged as ``waiting``, and the next round tries again."""
    while True:
        began, more = time.monotonic(), False
        try:
            more = await step()
        except Exception as problem:  # noqa: BLE001 - a background loop: the next round tries again
            logger.warning(waiting, error=type(problem).__name__)
        await asyncio.sleep(IDLE_PER_ROUND * (time.monotonic() - began))
        if not more:
            await pause()
