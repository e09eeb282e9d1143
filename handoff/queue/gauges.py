"""How much waits, for ``/metrics``: counted when somebody asks."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from prometheus_client import Gauge, Histogram

from handoff.clock import stamp
from handoff.storage import tables as t
from handoff.storage.database import Database

WAITING = Gauge("frontdesk_queue_waiting", "Hand-overs that wait for a person", ["queue"])
SURVEYS = Gauge("frontdesk_surveys", "Surveys, by state: waiting for a promise, offered, answered", ["state"])
RESPONSE_RATE = Gauge("frontdesk_survey_response_rate", "Answered ÷ asked, 0..1")
UNANSWERED = Gauge("frontdesk_inbox", "Customer messages that have no outcome yet")
LATE = Gauge("frontdesk_queue_late", "Hand-overs that wait past the time of their first answer", ["queue"])
PROMISES = Gauge("frontdesk_promises_open", "Promises that are not kept yet, by lateness", ["state"])
ESTIMATE_ERROR = Histogram(
    "frontdesk_wait_estimate_error_seconds",
    "How far off the estimates were that a customer had been told, when somebody accepted",
    buckets=(5, 10, 20, 30, 60, 120, 300, 600, 1800),
)


async def measure(database: Database, now: datetime) -> None:
    waiting = sa.select(t.handoffs.c.queue, sa.func.count()).where(t.handoffs.c.state == "queued")
    by_queue = waiting.group_by(t.handoffs.c.queue)
    inbox = sa.select(sa.func.count()).select_from(t.inbox)
    by_state = sa.select(t.surveys.c.state, sa.func.count()).group_by(t.surveys.c.state)
    at = stamp(now)
    late = by_queue.where(t.handoffs.c.due_at < at)
    kept = t.promises.c.kept_at
    promised = sa.select(t.promises.c.due_at < at, sa.func.count()).where(kept.is_(None)).group_by(sa.text("1"))
    counts, unanswered, rows, overdue, promises = await database.read(
        lambda c: (
            c.execute(by_queue).all(),
            c.execute(inbox).scalar_one(),
            c.execute(by_state).all(),
            c.execute(late).all(),
            c.execute(promised).all(),
        )
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
    LATE.clear()
    for queue, count in overdue:
        LATE.labels(queue).set(count)
    open_promises = {bool(is_late): count for is_late, count in promises}
    PROMISES.labels("late").set(open_promises.get(True, 0))
    PROMISES.labels("in_time").set(open_promises.get(False, 0))
