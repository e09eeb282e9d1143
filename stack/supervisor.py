"""Keeps the processes of one machine running: starts them in order, restarts what dies, stops all in reverse.

Flow: stage by stage each child is started and asked until it is ready; from then on a watcher per child restarts it
when it ends or says nothing any more, at once the first time and then after growing pauses. A child that never became
ready ends the start with one sentence. ``var/run/supervisor.json`` always says what runs, for ``doctor`` and for the
kill proofs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog

from stack.child import Child, ChildSpec
from stack.errors import StackError
from stack.silence import Silence

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY_AFTER = 5.0  # seconds of service after which the next death is the first again
STARTS_AT_MOST = 3  # tries of a child that was never ready
ASK_EVERY = 0.1
LOOK_EVERY = 2.0
SILENT_FOR = 20.0  # seconds without any answer after which a child counts as hanging; see stack/silence.py
COMPLAIN_EVERY = 600.0  # seconds between two lines about one child that does not come back
SPARE_AFTER = 1.0

log = structlog.get_logger("stack.supervisor")
Say = Callable[[str], None]


def pause_before(restarts: int) -> float:
    """Seconds to wait before the restart that follows ``restarts`` quick ones."""
    return 0.0 if restarts == 0 else min(FIRST_PAUSE * 2.0 ** (restarts - 1), LONGEST_PAUSE)


class Supervisor:
    """Owns the children of ``specs``. ``state`` is where what runs is written; ``say`` prints a line for people;
    ``grace`` is the time that stopping all may take, a second more than the slowest child may unless it is given."""

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        logs: Path,
        state: Path,
        say: Say,
        facts: dict[str, Any],
        grace: float | None = None,
    ) -> None:
        self._specs = tuple(specs)
        self._children = {spec.name: Child(spec, logs) for spec in specs}
        self._state = state
        self._say = say
        self._facts = dict(facts)
        self.grace = 1.0 + max((spec.stop_within for spec in self._specs), default=0.0) if grace is None else grace
        self._status = dict.fromkeys(self._children, "waiting")
        self._restarts = dict.fromkeys(self._children, 0)
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything. Raises ``StackError`` about the first child that does not become ready."""
        for stage in _stages(self._specs, lambda spec: spec.starts):
            starts = [asyncio.create_task(self._first_start(self._children[spec.name])) for spec in stage]
            try:
                await asyncio.gather(*starts)
            finally:
                for task in starts:
                    task.cancel()
                await asyncio.gather(*starts, return_exceptions=True)

    async def _first_start(self, child: Child) -> None:
        for attempt in range(STARTS_AT_MOST):
            await asyncio.sleep(pause_before(attempt))
            if await self._start_and_ask(child):
                self._watchers.append(asyncio.create_task(self._watch(child)))
                return
        words = child.last_words()
        raise StackError(
            f"{child.spec.name} did not start{f' ({words})' if words else ''}. Its output is in {child.output};"
            " ./frontdesk doctor checks what it needs."
        )

    async def _start_and_ask(self, child: Child) -> bool:
        """Start a child; true when it became ready, false when it ended or took too long (and was stopped)."""
        try:
            await child.start()
        except OSError as problem:
            log.error("child not started", child=child.spec.name, error=problem.strerror)
            return False
        self._note(child, "starting")
        ended = asyncio.create_task(child.wait())
        give_up = time.monotonic() + child.spec.ready_within
        try:
            while not ended.done() and time.monotonic() < give_up:
                if await _asked(child):
                    self._note(child, "ready")
                    log.info("child ready", child=child.spec.name, pid=child.pid)
                    return True
                await asyncio.wait([ended], timeout=ASK_EVERY)
        finally:
            ended.cancel()
        await child.stop(within=1.0)
        self._note(child, "down")
        return False

    async def _watch(self, child: Child) -> None:
        """Restart the child whenever it ends, for as long as this runs."""
        quick = 0
        while True:
            began = time.monotonic()
            loading = asyncio.create_task(_prepare_spares(child))
            try:
                manner = await self._until_gone(child)
            finally:
                loading.cancel()
            quick = 0 if time.monotonic() - began > STEADY_AFTER else quick
            self._restarts[child.spec.name] += 1
            self._note(child, "down")
            pause = pause_before(quick)
            log.error("child ended", child=child.spec.name, manner=manner, restart_in=pause)
            when = f"in {pause:g} s" if pause else "now"
            self._say(f"{child.spec.name} ended ({manner}); restarting it {when}.")
            quick = await self._bring_back(child, quick)
            self._say(f"{child.spec.name} is back.")

    async def _bring_back(self, child: Child, quick: int) -> int:
        """Start it until it is ready, which may be for ever; the number of quick restarts by then. That it fails is
        said once, and again now and then: nobody reads a line every few seconds, and silence looks like success."""
        tries, complained = 0, 0.0
        while True:
            await asyncio.sleep(pause_before(quick))
            ready = await self._start_and_ask(child)
            quick, tries = quick + 1, tries + 1
            if ready:
                return quick
            if not complained or time.monotonic() - complained >= COMPLAIN_EVERY:
                complained = time.monotonic()
                words = child.last_words()
                log.error("child does not start", child=child.spec.name, tries=tries, words=words)
                times = "" if tries == 1 else f", {tries} times now"
                self._say(
                    f"{child.spec.name} did not start again{times}{f' ({words})' if words else ''}; trying on. Its"
                    f" output is in {child.output}; ./frontdesk doctor checks what it needs."
                )

    async def _until_gone(self, child: Child) -> str:
        """Wait until the child has ended, or nobody can reach it any more (then it is stopped); say which.

        Sockets can vanish under a running process: cleaners of temporary folders take them.
        """
        ended = asyncio.create_task(child.wait())
        silence = Silence(child.spec.alive or child.spec.ready, child.pid, LOOK_EVERY)
        try:
            while not ended.done():
                await asyncio.wait([ended], timeout=LOOK_EVERY)
                if ended.done():
                    break
                if not all(socket.exists() for socket in child.spec.sockets):
                    await child.put_down(within=1.0)
                    return "its socket was removed"
                if silence.lasts() >= SILENT_FOR:
                    await child.put_down(within=1.0)
                    return f"no answer for {SILENT_FOR:g} s"
        finally:
            ended.cancel()
            await silence.end()
        await child.clear_away()
        return _manner(ended.result())

    async def stop(self) -> None:
        """Stop all, latest stage first, within the grace; whoever is not done by then is killed."""
        for task in self._watchers:
            task.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        until = time.monotonic() + self.grace
        for stage in _stages(self._specs, lambda spec: -spec.stops):
            children = [self._children[spec.name] for spec in stage]
            left = until - time.monotonic()
            politely = await asyncio.gather(*(c.stop(within=min(c.spec.stop_within, left)) for c in children))
            for child, polite in zip(children, politely, strict=True):
                self._note(child, "stopped")
                log.info("child stopped", child=child.spec.name, killed=not polite)
        self._state.unlink(missing_ok=True)

    def remember(self, **facts: Any) -> None:
        """Add ``facts`` to the state file."""
        self._facts.update(facts)
        self._write()

    def _note(self, child: Child, status: str) -> None:
        """Record a change in the state file."""
        self._status[child.spec.name] = status
        self._write()

    def _write(self) -> None:
        """The state file, replaced as a whole so that no reader sees half of it."""
        children = {
            name: {
                "pid": each.pid,
                "state": self._status[name],
                "restarts": self._restarts[name],
                "sockets": [str(path) for path in each.spec.sockets],
            }
            for name, each in self._children.items()
        }
        draft = self._state.with_suffix(".draft")
        try:
            draft.write_text(json.dumps({**self._facts, "children": children}, indent=1))
            draft.replace(self._state)
        except OSError as problem:  # a full disk must not stop the restarts
            log.error("state not written", error=problem.strerror)


def _stages(specs: Sequence[ChildSpec], order: Callable[[ChildSpec], int]) -> list[list[ChildSpec]]:
    return [list(stage) for _, stage in groupby(sorted(specs, key=order), key=order)]


async def _prepare_spares(child: Child) -> None:
    """Load the spares once the child serves and not while it still finds its feet, one after the other."""
    for _ in range(child.spec.spares):
        await asyncio.sleep(SPARE_AFTER)
        with contextlib.suppress(OSError):
            await asyncio.shield(child.prepare_spare())


async def _asked(child: Child) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        return await asyncio.wait_for(child.spec.ready(), 5.0)
    return False


def _manner(status: int) -> str:
    return f"killed by signal {-status}" if status < 0 else f"exit {status}"
