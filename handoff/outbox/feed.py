"""Committed events in order, for readers outside the conversations: each keeps its own position and reads on from it.

A row is read some seconds after it was written. By then every transaction that took an earlier number has committed or
gone, so a reader that stores its position with its own work misses nothing; it may read twice after a crash.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from handoff.clock import Clock, stamp
from handoff.conversations.log import WireEvent, wire_event
from handoff.storage import tables as t
from handoff.storage.database import Database

SETTLED_AFTER = timedelta(seconds=2)
BATCH = 500


class EventFeed:
    def __init__(self, database: Database, clock: Clock, settled_after: timedelta = SETTLED_AFTER) -> None:
        self._database = database
        self._clock = clock
        self._settled_after = settled_after

    async def after(self, position: int, limit: int = BATCH) -> tuple[list[WireEvent], int]:
        """Events behind ``position`` (0: from the first that the outbox still holds), and the position behind them."""
        before = stamp(self._clock.now() - self._settled_after)
        query = (
            sa.select(t.outbox.c.id.label("position"), t.outbox.c.created_at, t.events, t.event_content.c.content)
            .select_from(t.outbox.join(t.events, t.events.c.id == t.outbox.c.event_id).outerjoin(t.event_content))
            .where(t.outbox.c.id > position)
            .order_by(t.outbox.c.id)
            .limit(limit)
        )

        def work(connection: sa.Connection) -> tuple[list[WireEvent], int]:
            found: list[WireEvent] = []
            last = position
            for row in connection.execute(query).mappings():
                if row["created_at"] > before:
                    break
                found.append(wire_event(row))
                last = int(row["position"])
            return found, last

        return await self._database.read(work)
