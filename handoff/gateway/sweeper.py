"""The safety net: whatever a crash left behind is found and brought to an end.

It wakes conversations whose inbox waits while no turn is in flight, and announces events that nobody heard of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
import structlog

from handoff.clock import Clock, Ids, stamp
from handoff.conversations.log import Announcement, LogWriter
from handoff.gateway import turns
from handoff.gateway.runner import TurnRunner
from handoff.gateway.turns import TurnStart
from handoff.outbox.announcer import Announcer
from handoff.storage import tables as t
from handoff.storage.database import Database

UNHEARD_AFTER = timedelta(seconds=5)

logger = structlog.get_logger(__name__)


class Sweeper:
    def __init__(
        self, database: Database, runner: TurnRunner, announcer: Announcer, clock: Clock, ids: Ids, every: timedelta
    ) -> None:
        self._database = database
        self._runner = runner
        self._announcer = announcer
        self._clock = clock
        self._ids = ids
        self._every = every.total_seconds()

    async def recover(self, *, alone: bool) -> None:
        """At start: turns of the process that died are free again, where no other app may be working on them."""
        if alone:
            now = self._clock.now()
            orphans = await self._database.write(lambda connection: turns.release_orphans(connection, now))
            if orphans:
                logger.info("turns.recovered", count=len(orphans))
        await self.sweep()

    async def run_forever(self) -> None:
        while True:
            await self._clock.sleep(self._every)
            try:
                await self.sweep()
            except Exception:
                logger.exception("sweep.failed")

    async def sweep(self) -> None:
        for conversation_id in await self._database.read(self._stranded):
            try:
                announcement, turn = await self._database.write(self._wake(conversation_id))
            except Exception:
                # One conversation that cannot be woken must not keep the others asleep, nor the app from starting.
                logger.exception("sweep.conversation_failed", conversation_id=conversation_id)
                continue
            self._announcer.announce(announcement)
            self._runner.start(turn)
        await self._announcer.sweep(stamp(self._clock.now() - UNHEARD_AFTER))

    def _stranded(self, connection: sa.Connection) -> list[str]:
        now = stamp(self._clock.now())
        query = (
            sa.select(t.inbox.c.conversation_id)
            .join(t.conversations, t.conversations.c.id == t.inbox.c.conversation_id)
            .where(t.conversations.c.owner != "none")
            .where(sa.or_(t.conversations.c.turn_id.is_(None), t.conversations.c.turn_lease < now))
            .distinct()
        )
        return [row.conversation_id for row in connection.execute(query)]

    def _wake(self, conversation_id: str) -> Callable[[sa.Connection], tuple[Announcement, TurnStart | None]]:
        def work(connection: sa.Connection) -> tuple[Announcement, TurnStart | None]:
            log = LogWriter.locked(connection, conversation_id, self._clock.now(), self._ids)
            turn = turns.begin(log, self._runner.limits)
            return log.save(), turn

        return work
