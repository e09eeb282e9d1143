"""The whole stack as an operator starts it, in a ``var`` folder of its own, on a free port.

The models and pages that set-up built are borrowed from the checkout's ``var``, so a start takes seconds.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import httpx

from stack.paths import ROOT

READY_WITHIN = 400.0
VECTORS = ROOT / "var" / "models" / "knowledge-vectors.npz"
STOPPED_WITHIN = 20.0
BORROWED_STAMPS = ("sentence-embeddings", "rasa-model", "page-packages", "pages")


@dataclass(frozen=True)
class RunningStack:
    url: str
    var: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def command(self, *arguments: str) -> str:
        """What ``./frontdesk …`` prints for this installation."""
        done = subprocess.run(
            [str(ROOT / "frontdesk"), *arguments],
            env=self.environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def demo(self) -> dict[str, Any]:
        """Asked once: it is the same as long as the installation is."""
        return self._demo

    @cached_property
    def _demo(self) -> dict[str, Any]:
        return json.loads(self.command("demo", "--json"))  # type: ignore[no-any-return]

    def process_of(self, name: str) -> int:
        """The id of the process that serves now under a name that begins like this: ``bot``, ``app``, ``worker``."""
        children = json.loads((self.var / "run" / "supervisor.json").read_text())["children"]
        return int(next(child["pid"] for each, child in children.items() if each.startswith(name)))

    def token(self, customer: str) -> str:
        return self.command("token", "--customer", customer).strip()


@contextmanager
def running_stack(**settings: str) -> Iterator[RunningStack]:
    """``./frontdesk up --demo``, ready. ``settings`` are further environment variables."""
    var = Path(tempfile.mkdtemp(prefix="fd-var-"))
    (var / "models").symlink_to(ROOT / "var" / "models")
    (var / "stamps").mkdir()
    for stamp in BORROWED_STAMPS:
        if (there := ROOT / "var" / "stamps" / stamp).exists():
            shutil.copy(there, var / "stamps" / stamp)
    turn = _turn_to_embed()
    port = free_port()
    environment = {**os.environ, "FRONTDESK_VAR_DIR": str(var), "FRONTDESK_MAIL_AFTER": "1", **settings}
    environment.pop("REDIS_URL", None)
    process = subprocess.Popen(
        [str(ROOT / "frontdesk"), "up", "--demo", "--no-open", "--port", str(port)],
        env=environment,
        cwd=ROOT,
        stdout=(var / "up.out").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(url, process, var)
        turn.close()
        _give_room(var)
        yield RunningStack(url, var, environment, process)
    finally:
        turn.close()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(var, ignore_errors=True)


def _turn_to_embed() -> IO[str]:
    """The first start ever embeds all articles and leaves their vectors for the others: they wait until it is closed,
    instead of doing the same work beside it."""
    turn = (ROOT / "var" / "first-start.lock").open("w")
    fcntl.flock(turn, fcntl.LOCK_EX)
    if VECTORS.exists():
        fcntl.flock(turn, fcntl.LOCK_UN)
    return turn


def _give_room(var: Path) -> None:
    """The stack is shared by tests in any order: nobody's desk is full because of an earlier one."""
    with closing(sqlite3.connect(var / "db" / "frontdesk.sqlite", timeout=10)) as connection, connection:
        connection.execute("UPDATE agents SET capacity = 99")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(url: str, process: subprocess.Popen[bytes], var: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health/ready", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the stack did not become ready:\n{(var / 'up.out').read_text()[-2000:]}")
