"""A person opens again what was closed: a hand-over of its own, in line as any, theirs at once where they have room."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.clock import stamp
from handoff.contract.events import HandoffQueued, HandoffReopened, HandoffRequested, MessageSent
from handoff.conversations.log import LogWriter
from handoff.episodes import promises
from handoff.episodes import rules as episodes
from handoff.errors import Conflict, Forbidden
from handoff.notices.catalogue import notices_for
from handoff.queue import moves
from handoff.queue.plan import DeskPlan
from handoff.queue.rights import must_be_allowed
from handoff.queue.routing import due, rank
from handoff.storage import tables as t

LEADING = frozenset({"lead", "admin"})
ROUTED = ("conversation_id", "reason", "queue", "priority", "topic", "department", "skills", "language", "weight")
"""What the earlier hand-over was routed by; its clocks, its people and its outcome stay with it. The message that was
left goes on, answered or not: who was mailed is mailed what is added."""


def reopen(
    log: LogWriter, handoff_id: str, me: Principal, plan: DeskPlan, answer_within: timedelta, *, there: bool
) -> str:
    """The id of the new hand-over. ``there``: whether ``me`` is at the desk; who is not, or has no room, leaves it
    waiting. The episode goes on, and what the earlier closing said of it counts no more, as after "not solved".

    Raises ``Conflict``: ``not_closed``, ``conversation_erased``; ``Forbidden``: ``wrong_department``,
    ``not_yours_to_reopen``.
    """
    row = moves.find_row(log.connection, handoff_id)
    must_be_allowed(row, me)
    if row["agent_id"] != me.id and not LEADING & set(me.roles):
        raise Forbidden("not_yours_to_reopen", "Only who had this conversation, or a lead, can open it again.")
    if log.conversation.owner != "none" or not _is_newest(log.connection, row) or row["state"] != "closed":
        raise Conflict("not_closed", "This conversation is not closed, or it went on since.", state=row["state"])
    log.change_owner(HandoffReopened(handoff_id, me.id), "agent")
    episodes.reopen_last(log)
    episodes.ensure_open(log)
    fresh, position = _wait_anew(log, row, plan)
    notices = notices_for(log.conversation.locale)
    if there and _taken(log, fresh, me, answer_within):
        told = notices.reopened_by.format(name=me.name)
    else:
        told = notices.queued(position, row["reason"], notices.reopened)
    log.append(MessageSent(told, author="system"), "system")
    return fresh


def _wait_anew(log: LogWriter, row: sa.RowMapping, plan: DeskPlan) -> tuple[str, int]:
    """The new hand-over's id, and its place in line."""
    request = log.append(HandoffRequested(row["reason"]), "agent")
    due_at = stamp(due(plan, row["queue"], row["department"], log.moment))
    fresh = {
        **{name: row[name] for name in ROUTED},
        "id": log.ids.new("hnd"),
        "seq": request["seq"],
        "state": "queued",
        "requested_at": log.now,
        "first_wait_at": log.now,
        "rank": rank(plan, row["priority"], log.moment),
        "due_at": due_at,
        "passed_by": [],
        "promise_id": promises.of_message_left(log) or row["promise_id"],
    }
    position = moves.position_of(log.connection, fresh)
    log.append(HandoffQueued(fresh["id"], row["queue"], position, row["department"], due_at), "system")
    log.connection.execute(sa.insert(t.handoffs).values(**fresh))
    return fresh["id"], position


def _taken(log: LogWriter, handoff_id: str, me: Principal, answer_within: timedelta) -> bool:
    try:
        moves.accept(log, handoff_id, me, answer_within)
    except Conflict as full:
        if full.code != "no_capacity":
            raise
        return False
    return True


def _is_newest(connection: sa.Connection, row: sa.RowMapping) -> bool:
    newest = sa.select(sa.func.max(moves.H.seq)).where(moves.H.conversation_id == row["conversation_id"])
    return bool(connection.execute(newest).scalar() == row["seq"])
