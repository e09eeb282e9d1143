"""The false-resolution alarm over the log's operations and the shop, and the log with what was read back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from actions import effects
from actions.assembly import open_backend, open_shop
from actions.backend.port import Backend
from eval.judge.rules import judge_by
from eval.live import alarm
from eval.live.keeper import Keeper
from eval.outcomes.classify import Rules
from eval.outcomes.likeness import by_meaning
from eval.outcomes.model import Conversation, moment
from eval.outcomes.recheck import AFTER, GIVEN_UP_AFTER, Check, Done
from eval.storage.tables import outcome_reads
from handoff.clock import Clock, stamp
from handoff.storage.database import Database
from handoff.storage.tables import operations
from stack.eval_ports import CUSTOMER, LAB_CUSTOMERS, LogOfPersons
from stack.parts_settings import actions_settings
from stack.sentences import encoder
from stack.settings import Settings

O = operations.c  # noqa: E741 - as the other tables are named
R = outcome_reads.c
MOST = 1_000
"""Effects that are looked at in one step."""


class LogWithReads(LogOfPersons):
    """The keeper's view of the log, with what the business system showed later."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self._store = database

    async def of_person(self, person: str) -> Sequence[Conversation]:
        conversations = await super().of_person(person)
        return await self._store.read(lambda connection: _with_reads(connection, conversations))


def _with_reads(connection: sa.Connection, conversations: Sequence[Conversation]) -> list[Conversation]:
    names = [each.id for each in conversations]
    query = sa.select(O.id, O.conversation_id).where(O.conversation_id.in_(names), O.state == "verified")
    place = {row.id: row.conversation_id for row in connection.execute(query)} if names else {}
    reads = alarm.reads_of(connection, place)
    return [
        replace(each, reads=tuple(read for name, told in reads.items() if place[name] == each.id for read in told))
        for each in conversations
    ]


class EffectsOfShop:
    """Verified operations of customers; those that the lab made go with their orders and are left out."""

    def __init__(self, database: Database, backend: Backend, most: int = MOST) -> None:
        self._database = database
        self._backend = backend
        self._most = most

    async def to_read(self, now: float) -> Sequence[Done]:
        """What has been read often enough for its age is left out, or a busy day would keep its newest from being
        read; what could not be read comes last."""
        readable = sa.func.sum(sa.case((R.result != "unreadable", 1), else_=0))
        query = sa.select(R.operation_id, readable.label("told"), sa.func.count().label("tries"))
        reads = query.group_by(R.operation_id).subquery()
        told, tries = sa.func.coalesce(reads.c.told, 0), sa.func.coalesce(reads.c.tries, 0)
        wanted = [sa.and_(told == number, O.settled_at <= _stamp(now - after)) for number, after in enumerate(AFTER)]
        query = (
            sa.select(O.id, O.conversation_id, O.customer_id, O.settled_at)
            .outerjoin_from(operations, reads, reads.c.operation_id == O.id)
            .where(O.state == "verified", O.settled_at >= _stamp(now - GIVEN_UP_AFTER), sa.or_(*wanted))
            .where(O.customer_id.not_like(f"{LAB_CUSTOMERS}%"))
            .order_by(tries - told, O.settled_at)
            .limit(self._most)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            Done(row.id, row.conversation_id, f"{CUSTOMER}{row.customer_id}", moment(row.settled_at)) for row in rows
        ]

    async def read_back(self, check: Check) -> Literal["stands", "gone", "unreadable"]:
        """What a later change of the same thing and kind replaced has not vanished."""
        query = sa.select(operations).where(O.id == check.done.operation_id)
        row = await self._database.read(lambda connection: connection.execute(query).mappings().one())
        shown = await effects.shown(
            self._backend, row["customer_id"], row["id"], row["kind"], row["arguments"]["change"]
        )
        if shown != "gone":
            return shown
        later = sa.select(O.id).where(
            O.customer_id == row["customer_id"], O.object_ref == row["object_ref"], O.kind == row["kind"],
            O.state == "verified", O.settled_at > row["settled_at"],
        )  # fmt: skip
        replaced = await self._database.read(lambda connection: connection.execute(later.limit(1)).first())
        return "stands" if replaced else "gone"


def _stamp(at: float) -> str:
    return stamp(datetime.fromtimestamp(at, UTC))


@asynccontextmanager
async def watchers(settings: Settings, database: Database, clock: Clock) -> AsyncIterator[tuple[Keeper, alarm.Alarm]]:
    """Who keeps the outcomes of conversations, and who reads effects back for them."""

    def now() -> float:
        return clock.now().timestamp()

    rules = Rules(links=by_meaning(encoder(settings)))
    assert rules.links.similarity is not None
    keeper = Keeper(database, LogWithReads(database, clock), now, rules, judge_by(rules.links.similarity))
    own = actions_settings(settings)
    shop = open_shop(own)
    try:
        async with open_backend(own, shop) as backend:
            yield keeper, alarm.Alarm(database, EffectsOfShop(database, backend), keeper.judge, now)
    finally:
        shop.engine.dispose()
