"""``./frontdesk prove accepts``: two who accept at once, and agents in a rush.

On SQLite always, on PostgreSQL too where ``DATABASE_URL`` names one (in a database of its own, dropped afterwards). The
moves are the desk's own (``handoff.queue.moves``), run as the app runs them: through ``Database``, on the locked log.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from handoff.agents.service import Principal
from handoff.clock import RandomIds, SystemClock, stamp
from handoff.contract.events import ConversationOpened
from handoff.conversations.log import Conversation, LogWriter
from handoff.errors import Conflict
from handoff.queue import moves
from handoff.queue.enqueue import enqueue
from handoff.queue.plan import default_plan
from handoff.storage import tables as t
from handoff.storage.database import Database, create_engine
from handoff.storage.migrate import migrate
from stack.prove import Extent
from stack.settings import Settings

ROUNDS_PER_TRIAL = 50
RUSH, CAPACITY = 6, 3
ANSWER_WITHIN = timedelta(minutes=3)


@dataclass(frozen=True)
class Ground:
    """An empty database, open."""

    database: Database
    clock: SystemClock
    ids: RandomIds

    async def person(self, capacity: int) -> Principal:
        name = self.ids.new("agt")
        row = {"id": name, "email": f"{name}@example.invalid", "name": name, "password_hash": "-", "active": True}
        lists = {"roles": ["agent"], "departments": [], "skills": [], "languages": ["en"]}
        statement = sa.insert(t.agents).values(**row, **lists, capacity=capacity)
        await self.database.write(lambda c: c.execute(statement))
        return Principal(name, str(row["email"]), name, ("agent",), (), capacity, "")

    async def queued(self) -> tuple[str, str]:
        """A conversation in the queue: its id and the hand-over's."""
        now, name = self.clock.now(), self.ids.new("cnv")
        at = stamp(now)
        row = Conversation(name, None, None, "none", "web", "en", "bot", 1, 0, "open", 0, None, None, None, at, at)

        def work(connection: sa.Connection) -> str:
            connection.execute(sa.insert(t.conversations).values(**vars(row)))
            log = LogWriter.locked(connection, name, now, self.ids)
            log.append(ConversationOpened("web"), "system")
            handoff = enqueue(log, "explicit_request", "customer", plan=default_plan())
            log.save()
            return handoff

        return name, await self.database.write(work)

    async def accept(self, conversation: str, handoff: str, me: Principal) -> bool:
        def work(connection: sa.Connection) -> None:
            log = LogWriter.locked(connection, conversation, self.clock.now(), self.ids)
            moves.accept(log, handoff, me, ANSWER_WITHIN)
            log.save()

        try:
            await self.database.write(work)
        except Conflict:
            return False
        return True


def run(settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    """``--trials`` × 50 rounds of each kind on each engine."""
    rounds = extent.trials * ROUNDS_PER_TRIAL
    engines: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        engines["sqlite"] = _on(f"sqlite:///{Path(folder) / 'accepts.sqlite'}", rounds)
    tell(f"SQLite: {engines['sqlite']}")
    if make_url(settings.sql_url).get_backend_name() == "postgresql":
        with _database_of_its_own(settings.sql_url) as url:
            engines["postgresql"] = _on(url, rounds)
        tell(f"PostgreSQL: {engines['postgresql']}")
    passed = all(one["double_wins"] == one["no_winner"] == one["overfilled"] == 0 for one in engines.values())
    people = "\n".join(
        f"{name}: {one['rounds']} double accepts, {one['double_wins']} with two winners, {one['no_winner']} with none; "
        f"{one['rounds']} rushes, {one['overfilled']} agents overfilled ({one['seconds']} s)"
        for name, one in engines.items()
    )
    return {"passed": passed, "engines": engines, "people": people}


def _on(url: str, rounds: int) -> dict[str, Any]:
    migrate(url)
    database = Database(url)
    database.open()
    try:
        return asyncio.run(_measure(Ground(database, SystemClock(), RandomIds()), rounds))
    finally:
        database.close()


async def _measure(ground: Ground, rounds: int) -> dict[str, Any]:
    began = time.monotonic()
    pair = [await ground.person(rounds), await ground.person(rounds)]
    winners = []
    for _ in range(rounds):
        conversation, handoff = await ground.queued()
        wins = await asyncio.gather(*(ground.accept(conversation, handoff, one) for one in pair))
        winners.append(sum(wins))
    overfilled = 0
    for _ in range(rounds):
        one = await ground.person(CAPACITY)
        waiting = [await ground.queued() for _ in range(RUSH)]
        await asyncio.gather(*(ground.accept(*item, one) for item in waiting))
        has = await ground.database.read(lambda c, who=one.id: moves.load_of(c, who))  # type: ignore[misc]
        overfilled += has > CAPACITY
    return {
        "rounds": rounds,
        "double_wins": sum(count > 1 for count in winners),
        "no_winner": sum(count == 0 for count in winners),
        "overfilled": overfilled,
        "seconds": round(time.monotonic() - began, 1),
    }


@contextmanager
def _database_of_its_own(url: str) -> Iterator[str]:
    name = f"frontdesk_prove_{uuid4().hex}"
    _administer(url, f"CREATE DATABASE {name}")
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
