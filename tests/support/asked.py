"""The question that an operation waits for, put where the ledger looks for it. Tests play the gateway with it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa

from handoff.storage import tables as t


def put_question(
    connection: sa.Connection, conversation_id: str, seq: int, operations: Sequence[str], *, asks: bool = True
) -> None:
    """The bot's message at ``seq`` that speaks of these operations, with a choice where it ``asks``; nothing where
    there are none, or one is there."""
    there = sa.select(t.events.c.id).where(t.events.c.conversation_id == conversation_id, t.events.c.seq == seq)
    if not operations or connection.execute(there).first() is not None:
        return
    question = f"evt_{uuid4().hex}"
    connection.execute(
        sa.insert(t.events).values(
            id=question,
            conversation_id=conversation_id,
            seq=seq,
            type="message.sent",
            version=1,
            occurred_at="",
            source="bot",
            epoch=1,
            visibility="all",
            data={"author": "bot", "reply_to": [], "operations": list(operations)},
        )
    )
    choices = [{"label": "Yes", "choice": f"chc_{uuid4().hex}"}]
    content = {"text": "Shall I?", "choices": choices if asks else []}
    connection.execute(sa.insert(t.event_content).values(event_id=question, content=content))
