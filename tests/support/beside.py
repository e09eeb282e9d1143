"""Something that needs an event loop, beside a test that has none: on a loop and a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
WITHIN = 10.0


@contextmanager
def beside(opened: AbstractAsyncContextManager[T]) -> Iterator[T]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(WITHIN)

    value: T = run(opened.__aenter__())  # type: ignore[arg-type]
    try:
        yield value
    finally:
        run(opened.__aexit__(None, None, None))  # type: ignore[arg-type]
        run(_end_others())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WITHIN)
        loop.close()


async def _end_others() -> None:
    """What was still talking ends on its loop."""
    if others := asyncio.all_tasks() - {asyncio.current_task()}:
        _, hanging = await asyncio.wait(others, timeout=WITHIN / 2)
        for one in hanging:
            one.cancel()
