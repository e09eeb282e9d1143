"""A whole demo stack of the proof's own: its own folder, databases, secrets, Redis and port. What is built from the
checkout (models, pages) is the installation's.

It runs as ``./frontdesk up`` runs it, as a child of ours on a leash, so that it ends with us however we end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from stack import bootstrap
from stack.child import LEASH
from stack.errors import StackError
from stack.paths import ROOT
from stack.probes import http_status
from stack.settings import Settings, process_environment

STARTED_WITHIN = 300.0
STOPPED_WITHIN = 30.0
LOOK_EVERY = 0.01
REST_WITHIN = 45.0
REST_LOOK = 1.0
REST_SHARE = 0.15  # of one core: what an idle stack stays below


@dataclass(frozen=True)
class Seen:
    """A child as the supervisor wrote it down; ``at`` is when we read that."""

    pid: int | None
    state: str
    restarts: int
    at: float


class PrivateStack:
    """Use as an async context manager: started and ready inside, stopped after."""

    def __init__(self, settings: Settings, folder: Path, replicas: int) -> None:
        if settings.database_url or settings.redis_url:
            raise StackError(
                "The kill proof kills its own processes and never a shared one."
                " Unset DATABASE_URL and REDIS_URL for it."
            )
        self.settings = settings.model_copy(
            update={
                "var_dir": folder,
                "port": free_port(),
                "host": "127.0.0.1",
                "demo": True,
                "bot_replicas": replicas,
                "public_url": "",
            }
        )
        self.paths = self.settings.paths
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._children: dict[str, Seen] = {}
        self._changed = asyncio.Condition()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def output(self) -> Path:
        return self.paths.log / "up.out"

    async def __aenter__(self) -> PrivateStack:
        self.paths.create()
        self._process = self._start()
        self._watcher = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout(STARTED_WITHIN):
                await self._all_ready()
        except TimeoutError:
            await self._stop()
            raise StackError(f"The proof's stack did not start in {STARTED_WITHIN:.0f} s; see {self.output}.") from None
        except StackError:
            await self._stop()
            raise
        return self

    def _start(self) -> subprocess.Popen[bytes]:
        up = [str(bootstrap.PRODUCT.python), "-P", "-m", "stack", "up", "--demo", "--no-open"]
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-I", str(LEASH), str(os.getpid()), "0", *up, "--port", str(self.settings.port)],
                cwd=ROOT, env=process_environment(self.settings), stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True,
            )  # fmt: skip

    async def __aexit__(self, *error: object) -> None:
        await self._stop()

    def children(self) -> dict[str, Seen]:
        return dict(self._children)

    def kill(self, name: str) -> tuple[float, int]:
        """``kill -9``. The moment, and how often the child had been restarted before."""
        child = self._children[name]
        if child.pid is None or child.state != "ready":
            raise StackError(f"{name} is {child.state}, so it cannot be killed in the middle of a turn.")
        os.kill(child.pid, signal.SIGKILL)
        return time.perf_counter(), child.restarts

    async def ready_again(self, name: str, restarts_before: int, within: float) -> float:
        """When the supervisor called the child ready after the kill. Raises ``StackError`` when it never did."""

        def back() -> bool:
            child = self._children[name]
            return child.restarts > restarts_before and child.state == "ready"

        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(back)
        except TimeoutError:
            raise StackError(f"{name} was not back within {within:.0f} s of its kill; see {self.paths.log}.") from None
        return self._children[name].at

    async def at_rest(self, within: float = REST_WITHIN) -> bool:
        """Wait until nothing of the stack is busy: what was restarted is warm, a spare is loaded. False if never."""
        assert self._process is not None
        until = time.perf_counter() + within
        before = _seconds_used(self._process.pid)
        while time.perf_counter() < until:
            await asyncio.sleep(REST_LOOK)
            now = _seconds_used(self._process.pid)
            if now - before < REST_SHARE * REST_LOOK:
                return True
            before = now
        return False

    async def _all_ready(self) -> None:
        while True:
            children = self._children
            ready = bool(children) and all(child.state == "ready" for child in children.values())
            if ready and await http_status("/health/ready", port=self.settings.port) == 200:
                return
            assert self._process is not None
            if self._process.poll() is not None:
                raise StackError(f"The proof's stack ended while it started. What it said is in {self.output}.")
            await asyncio.sleep(0.1)

    async def _watch(self) -> None:
        """Read the supervisor's record as often as it may change."""
        mark = (0, 0)
        while True:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                stat = self.paths.state.stat()
                if (stat.st_mtime_ns, stat.st_ino) != mark:
                    mark = (stat.st_mtime_ns, stat.st_ino)
                    await self._take(json.loads(self.paths.state.read_text()))
            await asyncio.sleep(LOOK_EVERY)

    async def _take(self, record: dict[str, Any]) -> None:
        now = time.perf_counter()
        async with self._changed:
            for name, child in record["children"].items():
                seen = Seen(child["pid"], child["state"], child["restarts"], now)
                known = self._children.get(name)
                if known is None or (known.pid, known.state, known.restarts) != (seen.pid, seen.state, seen.restarts):
                    self._children[name] = seen
            self._changed.notify_all()

    async def _stop(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()  # its children are on its leash
            await asyncio.to_thread(process.wait)


def _seconds_used(pid: int) -> float:
    """CPU time of a process and all that it started."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                times = each.cpu_times()
                total += times.user + times.system
    return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
