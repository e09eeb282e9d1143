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

    ``spare``: the program reads a line from its standard input before it begins. A second one is kept there, loaded and
    waiting, so that a restart costs no loading."""

    name: str
    command: tuple[str, ...]
    starts: int
    stops: int
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    sockets: tuple[Path, ...] = ()
    ready_within: float = 120.0
    stop_within: float = 3.0
    nice: int = 0
    spare: bool = False


class Child:
    """A running child. Its own session, so that Ctrl-C in the terminal reaches the supervisor alone, and so that
    whatever it starts can be stopped with it."""

    def __init__(self, spec: ChildSpec, log_folder: Path) -> None:
        self.spec = spec
        self.output = log_folder / f"{spec.name}.out"
        self.process: asyncio.subprocess.Process | None = None
        self._spare: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    async def start(self) -> None:
        """Remove what a dead predecessor left and start the program, the spare where one waits."""
        for socket in self.spec.sockets:
            socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            socket.unlink(missing_ok=True)
        waiting, self._spare = self._spare, None
        if waiting is None or waiting.returncode is not None or not await _begin(waiting):
            waiting = await self._spawn()
            await _begin(waiting)
        self.process = waiting

    async def prepare_spare(self) -> None:
        """Load the next one, if this child has a spare and none waits."""
        if self.spec.spare and (self._spare is None or self._spare.returncode is not None):
            self._spare = await self._spawn()

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._open_output() as output:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(LEASH), str(os.getpid()), str(self.spec.nice), *self.spec.command,
                stdin=asyncio.subprocess.PIPE if self.spec.spare else asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output, cwd=ROOT,
                env=dict(self.spec.environment) or None, start_new_session=True,
            )  # fmt: skip

    def _open_output(self) -> IO[bytes]:
        if self.output.exists() and self.output.stat().st_size > LARGEST_OUTPUT:
            self.output.replace(self.output.with_suffix(".out.1"))
        return self.output.open("ab")

    async def wait(self) -> int:
        """The exit status, once it has ended."""
        assert self.process is not None
        return await self.process.wait()

    async def stop(self, within: float) -> bool:
        """Ask it to end, then make it; true if it ended by itself. Whatever it started goes with it."""
        await self._drop_spare()
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
        """What an ended program left: processes that it had started, and its sockets. The spare stays."""
        assert self.process is not None
        self._signal(signal.SIGKILL)
        await self.process.wait()
        for socket in self.spec.sockets:
            socket.unlink(missing_ok=True)

    async def _drop_spare(self) -> None:
        spare, self._spare = self._spare, None
        if spare is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(spare.pid, signal.SIGKILL)
            await spare.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def last_words(self) -> str:
        """The last line that it printed, for the sentence about its end."""
        try:
            with self.output.open("rb") as file:
                file.seek(max(0, self.output.stat().st_size - 4096))
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
