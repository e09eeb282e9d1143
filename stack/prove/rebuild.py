"""``./frontdesk prove rebuild``: Redis loses everything while a thousand conversations wait and people are there.

A Redis and a database of the proof's own, and the app's own dispatcher, rebuilder and presence upon them. Measured is
the time from the loss until the order of the queue and everybody's presence stand in Redis again.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from redis.asyncio import Redis, from_url

from handoff.agents.presence import Presence
from handoff.app import build, end
from handoff.clock import RandomIds, SystemClock
from handoff.queue.dispatch import Dispatcher
from handoff.queue.order import Order, Rebuilder
from handoff.settings import HandoffSettings
from handoff.storage.migrate import migrate
from stack.errors import StackError
from stack.prove import Extent
from stack.prove.accepts import Ground
from stack.redis_server import answers, find_server
from stack.settings import Settings

WAITING, PEOPLE = 1_000, 20
WITHIN = 5.0
GIVE_UP = 60.0
LOOK_EVERY = 0.02


def run(_settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    """``--trials`` losses, one after the other."""
    with tempfile.TemporaryDirectory(prefix="fd-rebuild-") as folder:
        seconds = asyncio.run(_measure(Path(folder), extent.trials, tell))
    slowest = max(seconds)
    return {
        "passed": slowest <= WITHIN,
        "waiting": WAITING,
        "present": PEOPLE,
        "losses": len(seconds),
        "seconds": {"median": sorted(seconds)[len(seconds) // 2], "slowest": slowest},
        "people": f"{len(seconds)} losses of everything in Redis, {WAITING} waiting and {PEOPLE} people present: "
        f"whole again within {slowest} s at the slowest (at most {WITHIN:g} s)",
    }


async def _measure(folder: Path, losses: int, tell: Callable[[str], None]) -> list[float]:
    url = f"sqlite:///{folder / 'rebuild.sqlite'}"
    migrate(url)
    async with _redis(folder) as client:
        core = build(_settings_of(url, f"unix://{folder / 'redis.sock'}", folder)).core
        core.database.open()
        presence, order = Presence(client, core.clock, core.settings.away_after), Order(client)
        ground = Ground(core.database, SystemClock(), RandomIds())
        # Nobody has room, so nothing moves meanwhile and the order that must come back is known.
        people = [await ground.person(0) for _ in range(PEOPLE)]
        for one in people:
            await presence.arrive(one.id)
        for _ in range(WAITING):
            await ground.queued()
        loops = [
            asyncio.create_task(Dispatcher(core, presence, order).run_forever()),
            asyncio.create_task(Rebuilder(core.database, presence, order).run_forever()),
        ]
        try:
            here = {one.id for one in people}
            await _whole(order, presence, here)
            tell(f"{WAITING} wait, {PEOPLE} are present")
            return [await _lose(client, order, presence, here) for _ in range(losses)]
        finally:
            await end(loops)
            core.database.close()


async def _lose(client: Redis, order: Order, presence: Presence, here: set[str]) -> float:
    await client.flushall()
    began = time.monotonic()
    await _whole(order, presence, here)
    return round(time.monotonic() - began, 2)


async def _whole(order: Order, presence: Presence, here: set[str]) -> None:
    until = time.monotonic() + GIVE_UP
    while time.monotonic() < until:
        states = await presence.states() or {}
        back = {name for name, state in states.items() if state == "online"}
        if here <= back and len(await order.ids()) == WAITING:
            return
        await asyncio.sleep(LOOK_EVERY)
    raise StackError(f"Redis was not whole again within {GIVE_UP:g} s.")


@contextlib.asynccontextmanager
async def _redis(folder: Path) -> AsyncIterator[Redis]:
    place = folder / "redis.sock"
    command = [str(find_server()), "--port", "0", "--unixsocket", str(place), "--save", "", "--dir", str(folder)]
    server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    client = from_url(f"unix://{place}")
    try:
        while not (place.exists() and await answers(f"unix://{place}")):
            if server.returncode is not None:
                raise StackError("The proof's Redis did not start.")
            await asyncio.sleep(LOOK_EVERY)
        yield client
    finally:
        await client.aclose()
        server.terminate()
        await server.wait()


def _settings_of(database: str, redis: str, folder: Path) -> HandoffSettings:
    key = secrets.token_urlsafe(36)
    return HandoffSettings(
        database_url=database,
        redis_url=redis,
        bot_sockets=(),
        door_secret=key,
        context_key=key,
        identity_secret=key,
        session_secret=key,
        portraits=folder / "portraits",
        uploads=folder / "uploads",
    )
