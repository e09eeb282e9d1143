"""How long a child has owed an answer, as far as it could have given one.

A child that hangs must be restarted, and one that is slow must not: a restart costs those whom it serves, and on a
machine that has too much to do it makes things worse. So only an answer that does not come at all counts, whatever it
says; and of the time without one these parts do not count:

- in which its main thread could run but got no processor, because something else trains or builds there;
- in which it waits for a disk (it could not be killed either), or a debugger holds it;
- what one look took longer than two looks should: then this process stood still too (a laptop was closed).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

HELD = frozenset("Dt")  # the kernel's letters: waits for a disk, is traced


@dataclass(frozen=True)
class Seen:
    """What the kernel says of a process: its state, and seconds for which it has waited for a processor so far."""

    state: str = "?"
    waited: float = 0.0


def seen(pid: int | None, proc: Path = Path("/proc")) -> Seen:
    """Of its main thread, which answers. Where the kernel does not tell (macOS), nothing is taken off."""
    state, waited = "?", 0.0
    with contextlib.suppress(OSError, IndexError, ValueError):
        state = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
        waited = int((proc / str(pid) / "schedstat").read_text().split()[1]) / 1e9
    return Seen(state, waited)


def counted(took: float, before: Seen, after: Seen, look: float) -> float:
    """The part of a look without an answer that the child has to answer for."""
    if after.state in HELD:
        return 0.0
    return max(0.0, min(took, 2 * look) - max(0.0, after.waited - before.waited))


class Silence:
    """Asks one child again and again, one question at a time. ``look`` is the planned pause between two calls."""

    def __init__(self, alive: Callable[[], Awaitable[bool]], pid: int | None, look: float) -> None:
        self._alive = alive
        self._pid = pid
        self._look = look
        self._asked: asyncio.Task[bool] | None = None
        self._at = time.monotonic()
        self._seen = seen(pid)
        self._lasts = 0.0

    def lasts(self) -> float:
        """Seconds of silence up to now; asks anew where the last question is answered or was given up."""
        now, state = time.monotonic(), seen(self._pid)
        if self._asked is not None and self._asked.done() and _is_yes(self._asked):
            self._lasts = 0.0
        elif self._asked is not None:
            self._lasts += counted(now - self._at, self._seen, state, self._look)
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(_answered(self._alive))
        self._at, self._seen = now, state
        return self._lasts

    async def end(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
            await asyncio.gather(self._asked, return_exceptions=True)


async def _answered(alive: Callable[[], Awaitable[bool]]) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        return await alive()
    return False


def _is_yes(asked: asyncio.Task[bool]) -> bool:
    return not asked.cancelled() and asked.exception() is None and asked.result()
