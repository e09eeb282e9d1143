"""The one way into the human queue, used by the bot's directive, the button and a failed turn alike.

It runs inside the unit of work that stores what led to it: a hand-over that is announced is in the queue.
"""

from __future__ import annotations

import sqlalchemy as sa

from handoff.contract.events import Evidence, HandoffQueued, HandoffReason, HandoffRequested, MessageSent, Source
from handoff.conversations.log import LogWriter
from handoff.gateway import wording
from handoff.queue.routing import Route, route
from handoff.storage import tables as t


def enqueue(
    log: LogWriter,
    reason: HandoffReason,
    source: Source,
    *,
    evidence: list[Evidence] | None = None,
    score: float | None = None,
    note: str | None = None,
    opening: str | None = None,
) -> str:
    """Move the conversation to the queue and return the hand-over's id.

    Its unanswered messages go to people with it. The customer reads where they stand, after ``opening``
    (``None``: the usual words; empty: somebody has said them already).
    Raises ``IllegalTransition`` when the bot does not own the conversation.
    """
    request = log.append(HandoffRequested(reason, evidence or [], score, note), source)
    handoff_id = log.ids.new("hnd")
    chosen: Route = route(reason)
    position = waiting_in(log.connection, chosen.queue) + 1
    log.change_owner(HandoffQueued(handoff_id, chosen.queue, position), "system")
    log.connection.execute(
        sa.insert(t.handoffs).values(
            id=handoff_id,
            conversation_id=log.conversation.id,
            seq=request["seq"],
            state="queued",
            reason=reason,
            queue=chosen.queue,
            priority=chosen.priority,
            requested_at=log.now,
        )
    )
    log.connection.execute(sa.delete(t.inbox).where(t.inbox.c.conversation_id == log.conversation.id))
    log.append(MessageSent(wording.queued(position, reason, opening), author="system"), "system")
    return handoff_id


def waiting_in(connection: sa.Connection, queue: str) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(t.handoffs)
        .where(t.handoffs.c.state == "queued", t.handoffs.c.queue == queue)
    )
    return int(connection.execute(query).scalar_one())
