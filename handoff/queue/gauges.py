"""How much waits, for ``/metrics``: counted when somebody asks."""

from __future__ import annotations

import sqlalchemy as sa
from prometheus_client import Gauge

from handoff.storage import tables as t
from handoff.storage.database import Database

WAITING = Gauge("frontdesk_queue_waiting", "Hand-overs that wait for a person", ["queue"])
SURVEYS = Gauge("frontdesk_surveys", "Surveys, by state: waiting for a promise, offered, answered", ["state"])
RESPONSE_RATE = Gauge("frontdesk_survey_response_rate", "Answered ÷ asked, 0..1")
UNANSWERED = Gauge("frontdesk_inbox", "Customer messages that have no outcome yet")


async def measure(database: Database) -> None:
    waiting = sa.select(t.handoffs.c.queue, sa.func.count()).where(t.handoffs.c.state == "queued")
    by_queue = waiting.group_by(t.handoffs.c.queue)
    inbox = sa.select(sa.func.count()).select_from(t.inbox)
    by_state = sa.select(t.surveys.c.state, sa.func.count()).group_by(t.surveys.c.state)
    counts, unanswered, rows = await database.read(
        lambda c: (c.execute(by_queue).all(), c.execute(inbox).scalar_one(), c.execute(by_state).all())
    )
    surveys: dict[str, int] = {row[0]: row[1] for row in rows}
    for state in ("waiting", "offered", "answered"):
        SURVEYS.labels(state).set(surveys.get(state, 0))
    asked = surveys.get("offered", 0) + surveys.get("answered", 0)
    RESPONSE_RATE.set(surveys.get("answered", 0) / asked if asked else 0)
    WAITING.clear()
    for queue, count in counts:
        WAITING.labels(queue).set(count)
    UNANSWERED.set(unanswered)
