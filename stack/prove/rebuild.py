"""``./frontdesk prove rebuild``: Redis loses everything while a thousand conversations are open: half wait, half are
with people.

A Redis and a database of the proof's own, and the app's own dispatcher, rebuilder and presence upon them. Measured is
the time from the loss until the order of the queue, everybody's presence and everybody's load read as before it, as
the desk reads them. Whoever is at the desk is full, so nothing may move meanwhile: a conversation that was offered,
released or lost its owner is a wrong. At the end one person gets room, and must be offered the first in line.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from redis.asyncio import Redis, from_url

from handoff.agents.audit import AuditTrail
from handoff.agents.presence import Presence
from handoff.agents.service import Principal
from handoff.app import build, end
from handoff.clock import RandomIds, SystemClock
from handoff.ports import Ports
from handoff.queue.board import WAITING as WAITING_ROWS
from handoff.queue.dispatch import Dispatcher
from handoff.queue.order import Order, Rebuilder
from handoff.queue.service import QueueService
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from handoff.storage.database import Database
from handoff.storage.migrate import migrate
from stack.errors import StackError
from stack.prove import Extent
from stack.prove.accepts import Ground
from stack.redis_server import answers, find_server
from stack.settings import Settings

WAITING, PEOPLE, EACH = 500, 20, 25
"""``EACH``: conversations of one person."""
WITHIN = 5.0
MOVES = (
    sa.select(sa.func.count())
    .select_from(t.events)
    .where(t.events.c.type.in_(("handoff.offered", "handoff.accepted", "handoff.released")))
)
GIVE_UP = 60.0
LOOK_EVERY = 0.02
HEARTBEAT_EVERY = 10.0
LONGER_THAN_THE_PROOF = timedelta(hours=2)


@dataclass(frozen=True)
class Desk:
    """What the desk tells of its people and its line. ``order``: of those who wait; ``owners``: of the others."""

    presence: dict[str, str]
    load: dict[str, int]
    order: tuple[str, ...]
    owners: dict[str, str]
    moves: int
    """How often, by the log, something was offered, taken or lost."""


def run(_settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    """``--trials`` losses, one after the other."""
    with tempfile.TemporaryDirectory(prefix="fd-rebuild-") as folder:
        seconds, wrongs = asyncio.run(_measure(Path(folder), extent.trials, tell))
    slowest = max(seconds)
    return {
        "passed": slowest <= WITHIN and not wrongs,
        "waiting": WAITING,
        "accepted": PEOPLE * EACH,
        "present": PEOPLE,
        "losses": len(seconds),
        "seconds": {"median": sorted(seconds)[len(seconds) // 2], "slowest": slowest},
        "wrongs": wrongs,
        "people": f"{len(seconds)} losses of everything in Redis, {WAITING} waiting and {PEOPLE * EACH} with {PEOPLE} "
        f"people: order, presence and load whole again within {slowest} s at the slowest (at most {WITHIN:g} s), "
        f"{', '.join(wrongs) or 'nothing moved that should not'}",
    }


async def _measure(folder: Path, losses: int, tell: Callable[[str], None]) -> tuple[list[float], list[str]]:
    url = f"sqlite:///{folder / 'rebuild.sqlite'}"
    migrate(url)
    async with _redis(folder) as client:
        core = build(_settings_of(url, f"unix://{folder / 'redis.sock'}", folder)).core
        core.database.open()
        presence, order = Presence(client, core.clock, core.settings.away_after), Order(client)
        ground = Ground(core.database, SystemClock(), RandomIds())
        # Everybody has as much as they may, so nothing moves meanwhile and what must come back is known.
        people = [await ground.person(EACH) for _ in range(PEOPLE)]
        for one in people:
            await presence.arrive(one.id)
            for _ in range(EACH):
                if not await ground.accept(*await ground.queued(), one):
                    raise StackError("The proof's people could not accept what they should have.")
        for _ in range(WAITING):
            await ground.queued()
        queue = QueueService(core, presence, AuditTrail(core.database, core.clock), Ports())
        dispatcher = Dispatcher(core, presence, order)
        # The first round tells everybody their place; those of a running desk have little to do.
        await dispatcher.tick()
        loops = [
            asyncio.create_task(dispatcher.run_forever()),
            asyncio.create_task(Rebuilder(core.database, presence, order).run_forever()),
            asyncio.create_task(_hearts(presence, people)),
        ]
        try:
            before = await _until(partial(_stands, queue, order, core.database), "filled")
            tell(f"{WAITING} wait, {PEOPLE * EACH} are with {PEOPLE} people")
            seconds = [await _lose(client, queue, order, core.database, before) for _ in range(losses)]
            wrongs: list[str] = []
            await _give_room(core.database, people[0].id)
            offered = partial(_offered, core.database)
            if await _until(offered, "moving") != [(before.order[0], people[0].id)]:
                wrongs.append("whoever had room was not offered the first in line")
            return seconds, wrongs
        finally:
            await end(loops)
            core.database.close()


async def _hearts(presence: Presence, people: Sequence[Principal]) -> None:
    """What open desks send."""
    while True:
        for one in people:
            await presence.seen(one.id)
        await asyncio.sleep(HEARTBEAT_EVERY)


async def _lose(client: Redis, queue: QueueService, order: Order, database: Database, before: Desk) -> float:
    await client.flushall()
    began = time.monotonic()

    async def same() -> bool:
        return await _look(queue, order, database) == before

    await _until(same, "whole")
    return round(time.monotonic() - began, 2)


async def _look(queue: QueueService, order: Order, database: Database) -> Desk:
    colleagues = await queue.colleagues()
    rows = await database.read(lambda c: c.execute(sa.select(t.handoffs)).mappings().all())
    return Desk(
        {one["id"]: one["presence"] for one in colleagues},
        {one["id"]: one["load"] for one in colleagues},
        tuple(await order.ids()),
        {row["id"]: row["agent_id"] for row in rows if row["state"] == "accepted"},
        await database.read(lambda c: c.execute(MOVES).scalar_one()),
    )


async def _stands(queue: QueueService, order: Order, database: Database) -> Desk | None:
    """The desk as the proof made it: everybody there and full, and the copy in Redis in the order of the log."""
    desk = await _look(queue, order, database)
    ranked = await database.read(lambda c: [row["id"] for row in c.execute(WAITING_ROWS).mappings()])
    there = all(state == "online" for state in desk.presence.values())
    full = set(desk.load.values()) == {EACH} and len(desk.owners) == PEOPLE * EACH
    return desk if there and full and list(desk.order) == ranked and len(ranked) == WAITING else None


async def _give_room(database: Database, agent_id: str) -> None:
    more = sa.update(t.agents).where(t.agents.c.id == agent_id).values(capacity=EACH + 1)
    await database.write(lambda c: c.execute(more))


async def _offered(database: Database) -> list[tuple[str, str]]:
    h = t.handoffs.c
    query = sa.select(h.id, h.offered_to).where(h.state == "queued", h.offered_to.is_not(None))
    return await database.read(lambda c: [(row.id, row.offered_to) for row in c.execute(query)])


T = TypeVar("T")


async def _until(found: Callable[[], Awaitable[T | None]], state: str) -> T:
    until = time.monotonic() + GIVE_UP
    while time.monotonic() < until:
        if it := await found():
            return it
        await asyncio.sleep(LOOK_EVERY)
    raise StackError(f"The desk was not {state} within {GIVE_UP:g} s.")


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
        # Nobody answers in this proof, and nobody shall lose a conversation for it.
        answer_within=LONGER_THAN_THE_PROOF,
        away_after=LONGER_THAN_THE_PROOF,
    )
