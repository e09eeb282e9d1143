"""What of a customer's conversations the staff read, and when: kept for leads and auditors. See ``staff_reads``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from handoff.clock import stamp
from handoff.storage import tables as t

What = Literal["conversation", "history", "transcript"]
"""``conversation``: a hand-over that somebody else has; ``history``: the customer's past from it; ``transcript``: one
conversation whole, or as a file."""

ONE_LOOK = timedelta(minutes=15)
"""A desk that is open reads its conversation again with everything that happens in it: that is one look."""


def note(
    connection: sa.Connection, now: datetime, agent_id: str, what: What, conversation_id: str, customer_id: str | None
) -> None:
    values = {
        "at": stamp(now),
        "agent_id": agent_id,
        "what": what,
        "conversation_id": conversation_id,
        "customer_id": customer_id,
    }
    connection.execute(sa.insert(t.staff_reads).values(**values))


def looks_still(connection: sa.Connection, now: datetime, agent_id: str, conversation_id: str) -> bool:
    """Whether this agent's look at this conversation is written down already."""
    r = t.staff_reads.c
    query = sa.select(r.id).where(
        r.agent_id == agent_id,
        r.conversation_id == conversation_id,
        r.what == "conversation",
        r.at > stamp(now - ONE_LOOK),
    )
    return connection.execute(query.limit(1)).first() is not None
