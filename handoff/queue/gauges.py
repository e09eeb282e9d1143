"""How much waits, for ``/metrics``: counted when somebody asks."""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import Gauge

from handoff.storage import tables as t
from handoff.storage.database import Database

WAITING = Gauge("frontdesk_queue_waiting", "Hand-overs that wait for a person", ["queue"])
UNANSWERED = Gauge("frontdesk_inbox", "Customer messages that have no outcome yet")


async def measure(database: Database) -> None:
    waiting = sa.select(t.handoffs.c.queue, sa.func.count()).where(t.handoffs.c.state == "queued")
    by_queue = waiting.group_by(t.handoffs.c.queue)
    inbox = sa.select(sa.func.count()).select_from(t.inbox)
    counts, unanswered = await database.read(lambda c: (c.execute(by_queue).all(), c.execute(inbox).scalar_one()))
    WAITING.clear()
    for queue, count in counts:
        WAITING.labels(queue).set(count)
    UNANSWERED.set(unanswered)
