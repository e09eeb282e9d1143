"""One child process of the supervisor: how it is started, when it is ready, how it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from stack.paths import ROOT

LEASH = ROOT / "stack" / "leash.py"
LARGEST_OUTPUT = 5 << 20


@dataclass(frozen=True)
class ChildSpec:
    """``ready`` answers whether the child serves; it is asked until it does. Children start in rising order of
    ``starts`` and stop in falling order of ``stops``, equal numbers together. Times in seconds.

    ``alive`` is asked from then on, for as long as it runs: whether it says anything at all, however long that takes
    and whatever it says. ``ready`` where there is none.

    ``spares``: so many more are kept loaded and waiting, so that a restart costs no loading. A program that has some
    reads a line from its standard input before it begins. Two: one may die soon after the other.
    """

    name: str
    command: tuple[str, ...]
    starts: int
    stops: int
    ready: Callable[[], Awaitable[bool]]
    alive: Callable[[], Awaitable[bool]] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: tuple[Path, ...] = ()
    ready_within: float = 120.0
    stop_within: float = 3.0
    nice: int = 0
    spares: int = 0


class Child:
    """A running child. Its own session, so that Ctrl-C in the terminal reaches the supervisor alone, and so that
    whatever it starts can be stopped with it."""

    def __init__(self, spec: ChildSpec, log_folder: Path) -> None:
        self.spec = spec
        self.output = log_folder / f"{spec.name}.out"
        self.process: asyncio.subprocess.Process | None = None
        self._spares: list[asyncio.subprocess.Process] = []
        self._printed_before = 0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    async def start(self) -> None:
        """Remove what a dead predecessor left and start the program, a spare where one waits."""
        self._printed_before = self._printed()
        for socket in self.spec.sockets:
            socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            socket.unlink(missing_ok=True)
        while self._spares:
            waiting = self._spares.pop(0)
            if waiting.returncode is None and await _begin(waiting):
                self.process = waiting
                return
        self.process = await self._spawn()
        await _begin(self.process)

    async def prepare_spare(self) -> None:
        """Load one more, if fewer wait than should."""
        self._spares = [spare for spare in self._spares if spare.returncode is None]
        if len(self._spares) < self.spec.spares:
            self._spares.append(await self._spawn())

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._open_output() as output:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(LEASH), str(os.getpid()), str(self.spec.nice), *self.spec.command,
                stdin=asyncio.subprocess.PIPE if self.spec.spares else asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output, cwd=ROOT,
                env=dict(self.spec.environment) or None, start_new_session=True,
            )  # fmt: skip

    def _open_output(self) -> IO[bytes]:
        if self.output.exists() and self.output.stat().st_size > LARGEST_OUTPUT:
            self.output.replace(self.output.with_suffix(".out.1"))
        return self.output.open("ab")

    def _printed(self) -> int:
        try:
            return self.output.stat().st_size
        except OSError:
            return 0

    async def wait(self) -> int:
        """The exit status, once it has ended."""
        assert self.process is not None
        return await self.process.wait()

    async def stop(self, within: float) -> bool:
        """Ask it to end, then make it; true if it ended by itself. Whatever it started goes with it, and its spares."""
        await self._drop_spares()
        return await self.put_down(within)

    async def put_down(self, within: float) -> bool:
        """The same for the program alone: a spare may take its place."""
        if self.process is None:
            return True
        polite = True
        if self.process.returncode is None:
            self._signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(asyncio.shield(self.process.wait()), max(within, 0.05))
            except TimeoutError:
                polite = False
        await self.clear_away()
        return polite

    async def clear_away(self) -> None:
        """What an ended program left: processes that it had started, and its sockets. The spares stay."""
        assert self.process is not None
        self._signal(signal.SIGKILL)
        await self.process.wait()
        for socket in self.spec.sockets:
            socket.unlink(missing_ok=True)

    async def _drop_spares(self) -> None:
        spares, self._spares = self._spares, []
        for spare in spares:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(spare.pid, signal.SIGKILL)
            await spare.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def last_words(self) -> str:
        """The last line that it printed since it was started, for the sentence about its end."""
        size = self._printed()
        begin = self._printed_before if self._printed_before <= size else 0  # else a new file was begun
        try:
            with self.output.open("rb") as file:
                file.seek(max(begin, size - 4096))
                lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        except OSError:
            return ""
        return lines[-1][:300] if lines else ""


async def _begin(process: asyncio.subprocess.Process) -> bool:
    """Tell a program that waits for it to begin; false where it is gone."""
    if process.stdin is None:
        return True
    try:
        process.stdin.write(b"\n")
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return False
    process.stdin.close()
    return True
