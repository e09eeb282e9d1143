"""Open-loop load: message ``i`` is due at ``i / rate``, whatever became of the ones before it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from stack.bench.figures import Sample, percentile

Send = Callable[[int, float], Awaitable[Sample]]
FSYNCS = 200
BLOCK = os.urandom(4096)


async def drive(rate: float, count: int, send: Send, passed: Callable[[], None], *, first: int = 0) -> list[Sample]:
    """Send messages ``first`` to ``first + count - 1`` on their fixed schedule. ``passed`` is called after each."""
    clock = time.perf_counter
    began = clock() + 0.05
    running: list[asyncio.Task[Sample]] = []

    async def one(number: int, due: float) -> Sample:
        try:
            return await send(number, due)
        finally:
            passed()

    for number in range(count):
        due = began + number / rate
        if (wait := due - clock()) > 0:
            await asyncio.sleep(wait)
        running.append(asyncio.create_task(one(first + number, due)))
    return list(await asyncio.gather(*running))


def fsync_ms(folder: Path) -> float:
    """Median time to write 4 KiB and have them on the disk of ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    times = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".fsync-") as file:
        for _ in range(FSYNCS):
            began = time.perf_counter()
            os.pwrite(file.fileno(), BLOCK, 0)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return round((percentile(times, 50) or 0.0) * 1000, 3)
