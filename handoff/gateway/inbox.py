"""The inbox of the assistant: what waits for a turn. A row appears with its event and goes with its outcome."""

from __future__ import annotations

import sqlalchemy as sa

from handoff.contract.turn import Trigger
from handoff.conversations.log import LogWriter
from handoff.storage import tables as t

INSERT = sa.insert(t.inbox)


def put(log: LogWriter, seq: int, trigger: Trigger, *, payload: str | None = None, note: str | None = None) -> None:
    """Let the event ``seq`` of this log wait for the assistant, in the transaction that writes it."""
    log.connection.execute(
        INSERT,
        {
            "conversation_id": log.conversation.id,
            "seq": seq,
            "trigger": trigger,
            "payload": payload,
            "note": note,
            "received_at": log.now,
            "attempts": 0,
            "correlation_id": log.correlation_id,
        },
    )


def waits(log: LogWriter) -> bool:
    """Something of this log waits for a turn."""
    mine = sa.exists().where(t.inbox.c.conversation_id == log.conversation.id)
    return bool(log.connection.execute(sa.select(mine)).scalar_one())
