"""Waiting for something that will happen, without guessing when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

_PAUSE = 0.02


async def eventually(what: str, holds: Callable[[], Any], within: float = 20.0) -> Any:
    """The first true value of ``holds`` (a function, or one that returns an awaitable). Fails after ``within`` s."""
    until = time.monotonic() + within
    while True:
        value = holds()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        assert time.monotonic() < until, f"did not happen within {within:g} s: {what}"
        await asyncio.sleep(_PAUSE)


def eventually_now(what: str, holds: Callable[[], Any], within: float = 20.0) -> Any:
    """The same for tests without an event loop."""
    until = time.monotonic() + within
    while not (value := holds()):
        assert time.monotonic() < until, f"did not happen within {within:g} s: {what}"
        time.sleep(_PAUSE)
    return value
