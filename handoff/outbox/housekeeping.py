"""What keeps the stores small: rows whose work is done are removed after a while. Run by the worker, in small steps,
so that no conversation waits for it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from handoff.clock import Clock, stamp
from handoff.storage import tables as t
from handoff.storage.database import Database

KEEP_ANNOUNCED = timedelta(days=7)
KEEP_ENDED = timedelta(days=5)
"""For so long a session that ended is known: whoever still uses one stands in the audit trail."""
STEP = 500
BREATH = 0.2

REMOVED = Counter("frontdesk_housekeeping_removed_total", "Rows removed, by table", ["table"])

logger = structlog.get_logger(__name__)


class Housekeeping:
    def __init__(self, database: Database, clock: Clock, every: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._every = every.total_seconds()

    async def run_forever(self) -> None:
        while True:
            try:
                await self.tidy()
            except Exception:
                logger.exception("housekeeping.failed")
            await self._clock.sleep(self._every)

    async def tidy(self) -> int:
        """Remove what is over; the number of rows."""
        now = self._clock.now()
        old, expired = stamp(now - KEEP_ANNOUNCED), stamp(now - KEEP_ENDED)
        announced = t.outbox.c.announced_at
        return await self._remove(
            t.outbox, t.outbox.c.id, announced.is_not(None) & (announced < old)
        ) + await self._remove(t.staff_sessions, t.staff_sessions.c.token_hash, t.staff_sessions.c.expires_at < expired)

    async def _remove(self, table: sa.Table, key: sa.Column[str], condition: sa.ColumnElement[bool]) -> int:
        chosen = sa.select(key).where(condition).limit(STEP)
        statement = sa.delete(table).where(key.in_(chosen))
        removed = 0
        while True:
            count = await self._database.write(lambda connection: connection.execute(statement).rowcount)
            removed += count
            if count < STEP:
                REMOVED.labels(table.name).inc(removed)
                return removed
            await self._clock.sleep(BREATH)
