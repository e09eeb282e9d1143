"""When the owner of a conversation owes the customer a word.

Two clocks: a new owner's first word, whoever answered before them (``answer_by`` of the row, from the accept on), and
after it the customer's oldest word that nobody has answered. The second is read from the log, so nothing keeps it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.storage import tables as t

H = t.handoffs.c


def unanswered_since() -> sa.ScalarSelect[Any]:
    """For a row of ``handoffs``: when the customer said what no person has answered; NULL where a person spoke last."""
    said, answer = t.events.alias("said"), t.events.alias("answer")
    answered = (
        sa.select(sa.func.max(answer.c.seq))
        .where(
            answer.c.conversation_id == H.conversation_id,
            answer.c.type == "message.sent",
            answer.c.source == "agent",
        )
        .correlate(t.handoffs)
        .scalar_subquery()
    )
    return (
        sa.select(sa.func.min(said.c.occurred_at))
        .where(
            said.c.conversation_id == H.conversation_id,
            said.c.type == "message.sent",
            said.c.source == "customer",
            said.c.seq > H.seq,
            said.c.seq > sa.func.coalesce(answered, 0),
        )
        .correlate(t.handoffs)
        .scalar_subquery()
    )


def word_owed(conversation_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether the person who has the conversation owes a word: their first, or an answer. Only a person's word counts,
    whatever the system told meanwhile."""
    owed = sa.or_(H.answer_by.is_not(None), unanswered_since().is_not(None))
    return sa.exists(sa.select(H.id).where(H.conversation_id == conversation_id, H.state == "accepted", owed))


def read_unanswered(connection: sa.Connection, handoff_ids: Collection[str]) -> dict[str, str | None]:
    """``unanswered_since`` by hand-over."""
    query = sa.select(H.id, unanswered_since().label("since")).where(H.id.in_(handoff_ids))
    return {row.id: row.since for row in connection.execute(query)}


def answer_due(row: Any, unanswered: str | None, within: timedelta) -> str | None:
    """By when the owner answers; ``None`` while nobody has it or no word is owed. Pure.

    What a customer wrote to the owner before is owed from the accept on.
    """
    if row["state"] != "accepted":
        return None
    if row["answer_by"] is not None or unanswered is None:
        return str(row["answer_by"]) if row["answer_by"] is not None else None
    return stamp(max(parse(unanswered), parse(row["accepted_at"])) + within)
