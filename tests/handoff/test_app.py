"""Closing the human side."""

from __future__ import annotations

import asyncio

import pytest

from handoff.app import end

pytestmark = pytest.mark.unit


async def test_a_loop_that_missed_its_cancellation_is_cancelled_again() -> None:
    started, missed = asyncio.Event(), 0

    async def forgetful() -> None:
        nonlocal missed
        while True:
            try:
                started.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                missed += 1
                if missed == 2:
                    raise

    task = asyncio.create_task(forgetful())
    await started.wait()
    async with asyncio.timeout(10):
        await end([task])
    assert (task.cancelled(), missed) == (True, 2)
