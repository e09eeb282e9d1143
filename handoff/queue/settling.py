"""What became of the waits that customers were told: each estimate is settled once, by the first end that it meets."""

from __future__ import annotations

import sqlalchemy as sa

from handoff.clock import parse
from handoff.conversations.log import LogWriter
from handoff.storage import tables as t

E = t.wait_estimates.c


def accepted(log: LogWriter, handoff_id: str) -> list[int]:
    """Somebody took it: the errors in seconds, told minus actual. One that was settled by an earlier accept stays."""
    return [told - actual for told, actual in _settle(log, handoff_id, censored=False)]


def given_up(log: LogWriter, handoff_id: str) -> None:
    """It ended while it waited: the wait was at least so long, which says nothing of the error."""
    _settle(log, handoff_id, censored=True)


def _settle(log: LogWriter, handoff_id: str, *, censored: bool) -> list[tuple[int, int]]:
    """What was told and how long it was, both in seconds."""
    query = sa.select(E.id, E.estimated_at, E.estimate_seconds)
    settled = []
    for one in log.connection.execute(query.where(E.handoff_id == handoff_id, E.actual_seconds.is_(None))).all():
        actual = round((log.moment - parse(one.estimated_at)).total_seconds())
        values = {"actual_seconds": actual, "censored": censored}
        log.connection.execute(sa.update(t.wait_estimates).where(E.id == one.id).values(**values))
        settled.append((one.estimate_seconds, actual))
    return settled
