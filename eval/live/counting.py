"""Counts the days again that are due, one at a time: read, then written only where nothing happened meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from eval.live import totals
from eval.live.keeper import IDLE_PER_ROUND, Store

logger = structlog.get_logger(__name__)


async def count_a_day(database: Store) -> bool:
    """True where a later day is due too: the newest, in which much happens, is not counted without end."""
    found = await database.read(totals.count_due)
    if found is None:
        return False
    await database.write(lambda connection: totals.keep(connection, *found))
    return await database.read(lambda connection: totals.any_due(connection, found[0]))


async def run_forever(database: Store, pause: Callable[[], Awaitable[object]]) -> None:
    """``pause`` is awaited when nothing but the newest day may be due."""
    while True:
        began = time.monotonic()
        try:
            more = await count_a_day(database)
        except Exception as problem:  # noqa: BLE001 - a background loop: the next round tries again
            more = False
            logger.warning("totals wait", error=type(problem).__name__)
        await asyncio.sleep(IDLE_PER_ROUND * (time.monotonic() - began))
        if not more:
            await pause()
