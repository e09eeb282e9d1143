"""``./frontdesk up``: set up what is missing, run the whole stack, stop it in order."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator
from datetime import UTC, datetime

import structlog

from stack import logging, ports, setup
from stack.children import children
from stack.errors import StackError
from stack.paths import Paths
from stack.settings import Settings, has_display
from stack.supervisor import Supervisor

log = structlog.get_logger("stack.up")


def up(settings: Settings, *, open_browser: bool) -> int:
    """Runs until it is told to stop; 0 then. Raises ``StackError`` when something stands in the way."""
    began = time.monotonic()
    paths = settings.paths
    paths.create()
    with only_one(paths):
        ports.require_free(settings.host, settings.port)
        setup.prepare(settings)
        logging.configure("supervisor", paths.log, settings.log_level)
        return asyncio.run(_run(settings, began, open_browser=open_browser))


@contextlib.contextmanager
def only_one(paths: Paths) -> Iterator[None]:
    """Refuses a second ``up`` over the same ``var``; the lock ends with the process, however that ends."""
    with (paths.var / "run" / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise StackError(
                f"Frontdesk already runs from here{f' (process {holder})' if holder else ''}. Stop it first (Ctrl-C in"
                " its terminal), or use another checkout or FRONTDESK_VAR_DIR."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


async def _run(settings: Settings, began: float, *, open_browser: bool) -> int:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told_to_stop.set)
    supervisor = Supervisor(
        children(settings),
        logs=settings.paths.log,
        state=settings.paths.state,
        say=_say,
        facts={
            "pid": os.getpid(),
            "address": settings.address,
            "port": settings.port,
            "demo": settings.demo,
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
    _say("Starting …")
    starting = asyncio.create_task(supervisor.start())
    stopping = asyncio.create_task(told_to_stop.wait())
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            seconds = time.monotonic() - began
            supervisor.remember(ready_after=round(seconds, 1))
            _announce(settings, seconds)
            if open_browser:
                _open_page(settings.address + ("/" if settings.demo else "/desk/"))
            await stopping
        _say("Stopping …")
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await supervisor.stop()
        stopping.cancel()
    _say("Stopped.")
    return 0


def _announce(settings: Settings, seconds: float) -> None:
    address = settings.address
    lines = [f"Frontdesk is ready after {seconds:.0f} s."]
    if settings.demo:
        lines.append(f"  Shop with the widget   {address}/")
    lines += [
        f"  Desk for the team      {address}/desk/",
        f"  Help centre            {address}/help/",
        f"  API description        {address}/openapi.json",
    ]
    if settings.demo:
        lines.append("  Who may sign in        ./frontdesk demo --json   (agents, with passwords)")
    elif (first := settings.paths.first_sign_in).exists():
        lines.append(f"  First sign-in          {first}   (e-mail and password)")
    lines.append("Ctrl-C stops it.")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _open_page(address: str) -> None:
    if has_display() and not webbrowser.open(address):
        log.info("no browser to open")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
