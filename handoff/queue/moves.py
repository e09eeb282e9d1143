"""Every move of a hand-over, as a unit of work on the locked log. SQL decides: each move checks and claims the row in
the transaction that moves the ownership, so one agent wins, none is overfilled, and a late move changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from handoff.agents.access import DESK_ROLES
from handoff.agents.service import Principal
from handoff.clock import parse, stamp
from handoff.contract.events import (
    HandoffAccepted,
    HandoffDeclined,
    HandoffOffered,
    HandoffQueued,
    HandoffReleased,
    HandoffTransferred,
    MessageSent,
)
from handoff.conversations.log import LogWriter
from handoff.errors import Conflict, Forbidden, NotFound
from handoff.notices.catalogue import notices_for
from handoff.queue import answering, routing, settling
from handoff.queue.matching import has_room, may_take, same_people
from handoff.queue.plan import DeskPlan
from handoff.queue.rights import must_be_allowed
from handoff.storage import tables as t

H = t.handoffs.c


def find_row(connection: sa.Connection, handoff_id: str) -> sa.RowMapping:
    """Raises ``NotFound``."""
    row = connection.execute(sa.select(t.handoffs).where(H.id == handoff_id)).mappings().first()
    if row is None:
        raise NotFound("handoff_not_found", "There is no such hand-over.")
    return row


def had_by(connection: sa.Connection, conversation_id: str, agent_id: str) -> bool:
    """Whether this agent has the conversation, or had it when it ended."""
    query = sa.select(H.id).where(H.conversation_id == conversation_id, H.agent_id == agent_id).limit(1)
    return connection.execute(query).first() is not None


def set_row(connection: sa.Connection, handoff_id: str, **values: Any) -> None:
    connection.execute(sa.update(t.handoffs).where(H.id == handoff_id).values(**values))


def load_of(connection: sa.Connection, agent_id: str) -> int:
    """The weights of what the agent has."""
    query = sa.select(sa.func.coalesce(sa.func.sum(H.weight), 0)).where(H.agent_id == agent_id, H.state == "accepted")
    return int(connection.execute(query).scalar_one())


def position_of(connection: sa.Connection, row: sa.RowMapping | dict[str, Any]) -> int:
    """1 for who is next: those ahead count whom the same people serve, whether they are there just now or not."""
    a = t.agents.c
    staff = connection.execute(sa.select(a.roles, a.departments).where(a.active)).all()
    people = [(one.roles, one.departments) for one in staff if set(one.roles) & set(DESK_ROLES)]
    query = (
        sa.select(H.department, sa.func.count().label("ahead"))
        .where(H.state == "queued", H.rank < row["rank"], H.id != row["id"])
        .group_by(H.department)
    )
    waiting = connection.execute(query).all()
    return 1 + sum(int(each.ahead) for each in waiting if same_people(row["department"], each.department, people))


def accept(log: LogWriter, handoff_id: str, me: Principal, answer_within: timedelta) -> list[int]:
    """Returns the errors, in seconds, of what the customer was told about the wait (told minus actual).

    Raises ``Conflict``: ``already_accepted`` (with the winner's name), ``no_capacity``, ``not_waiting``;
    ``Forbidden``: ``wrong_department``.
    """
    row = find_row(log.connection, handoff_id)
    must_be_allowed(row, me)
    if row["state"] != "queued":
        _refuse_late(log.connection, row, me)
        return []
    agent = sa.select(t.agents.c.capacity).where(t.agents.c.id == me.id, t.agents.c.active).with_for_update()
    capacity = int(log.connection.execute(agent).scalar_one())
    if not has_room(row["weight"], load_of(log.connection, me.id), capacity):
        raise Conflict("no_capacity", f"You have as much as you can take ({capacity}). Close one first.")
    claimed = log.connection.execute(
        sa.update(t.handoffs)
        .where(H.id == handoff_id, H.state == "queued")
        .values(
            state="accepted",
            agent_id=me.id,
            accepted_at=log.now,
            answer_by=stamp(log.moment + answer_within),
            missing_since=None,
            offered_to=None,
            offer_expires_at=None,
        )
    )
    if claimed.rowcount != 1:
        _refuse_late(log.connection, find_row(log.connection, handoff_id), me)
        return []
    log.change_owner(HandoffAccepted(handoff_id, me.id, me.name), "agent", me.id)
    return settling.accepted(log, handoff_id)


def must_own(log: LogWriter, handoff_id: str, me: Principal) -> sa.RowMapping:
    """Mine, and through this hand-over: an earlier one of the same conversation has had its end."""
    row = find_row(log.connection, handoff_id)
    mine = row["state"] == "accepted" and row["agent_id"] == me.id
    if not mine or log.conversation.owner != f"agent:{me.id}":
        raise Forbidden("not_owner", "This conversation is not yours. Accept it first.")
    return row


def answered(log: LogWriter, row: sa.RowMapping) -> None:
    """The first word of an agent stops the clocks."""
    if row["answered_at"] is None or row["answer_by"] is not None:
        set_row(log.connection, row["id"], answered_at=row["answered_at"] or log.now, answer_by=None)


def transfer(
    log: LogWriter,
    plan: DeskPlan,
    row: sa.RowMapping,
    me: Principal,
    *,
    queue: str | None,
    department: str | None,
    to_agent: Principal | None,
    note: str | None,
    offer_for: timedelta,
) -> None:
    """Back into a queue, or to a colleague, who gets it offered first. The clock of the first wait runs on, and the
    customer reads what comes next."""
    goes_to = queue or row["queue"]
    about = department or row["department"]
    if to_agent is not None and not may_take(about, to_agent.roles, to_agent.departments):
        raise Conflict("colleague_may_not", f"{to_agent.name} does not work for {about}.", department=about)
    if to_agent is not None and not has_room(row["weight"], load_of(log.connection, to_agent.id), to_agent.capacity):
        full = f"{to_agent.name} has as much as they can take just now. Choose somebody else or a queue."
        raise Conflict("colleague_full", full)
    first_wait = parse(row["first_wait_at"] or row["requested_at"])
    due_at = stamp(routing.due(plan, goes_to, about, first_wait))  # type: ignore[arg-type]
    log.change_owner(HandoffTransferred(row["id"], me.id, goes_to, note, to_agent.id if to_agent else None), "agent")
    position = _wait_again(
        log,
        row,
        queue=goes_to,
        department=about,
        due_at=min(due_at, row["due_at"] or due_at),
        offered_to=to_agent.id if to_agent else None,
        offer_expires_at=stamp(log.moment + offer_for) if to_agent else log.now,
        passed_by=[me.id],
    )
    _tell_next(log, row, position, notices_for(log.conversation.locale).passed_on)


def release(
    log: LogWriter,
    handoff_id: str,
    agent_id: str,
    reason: Literal["no_answer", "disconnected", "switched_off"],
    answer_within: timedelta,
) -> bool:
    """The agent lost it: it waits again with its packet and its clock, and the customer reads so.

    False where it is not theirs any more, or where they have answered meanwhile.
    """
    row = find_row(log.connection, handoff_id)
    if row["state"] != "accepted" or row["agent_id"] != agent_id or log.conversation.owner != f"agent:{agent_id}":
        return False
    if reason == "no_answer":
        owed = answering.read_unanswered(log.connection, [handoff_id])[handoff_id]
        due = answering.answer_due(row, owed, answer_within)
        if due is None or due > log.now:
            return False
    log.change_owner(HandoffReleased(handoff_id, agent_id, reason), "system")
    passed_by = sorted({*row["passed_by"], agent_id})
    position = _wait_again(log, row, passed_by=passed_by, offered_to=None, offer_expires_at=log.now)
    _tell_next(log, row, position, notices_for(log.conversation.locale).called_away)
    return True


def _tell_next(log: LogWriter, row: sa.RowMapping, position: int, opening: str) -> None:
    told = notices_for(log.conversation.locale).queued(position, row["reason"], opening)
    log.append(MessageSent(told, author="system"), "system")


def _wait_again(log: LogWriter, row: sa.RowMapping, **values: Any) -> int:
    """Returns the place in the queue."""
    fresh = {**row, **values}
    position = position_of(log.connection, fresh)
    log.append(HandoffQueued(row["id"], fresh["queue"], position, fresh["department"], fresh["due_at"]), "system")
    set_row(
        log.connection,
        row["id"],
        state="queued",
        agent_id=None,
        accepted_at=None,
        answer_by=None,
        missing_since=None,
        told=None,
        **values,
    )
    return position


def offer(log: LogWriter, handoff_id: str, agent_id: str, offer_for: timedelta) -> bool:
    """Offer it to one agent: a nudge with an end, no lock. False where it is not free for an offer any more."""
    row = find_row(log.connection, handoff_id)
    live = row["offered_to"] is not None and row["offer_expires_at"] > log.now
    if row["state"] != "queued" or live or agent_id in row["passed_by"]:
        return False
    expires_at = stamp(log.moment + offer_for)
    set_row(log.connection, handoff_id, offered_to=agent_id, offer_expires_at=expires_at)
    log.append(HandoffOffered(handoff_id, agent_id, expires_at), "system")
    return True


def end_offer(
    log: LogWriter, handoff_id: str, agent_id: str, reason: Literal["declined", "expired"], *, early: bool = False
) -> bool:
    """The next one has their turn. False where there is no such offer any more. ``early``: its time is not waited for,
    since its agent has left."""
    row = find_row(log.connection, handoff_id)
    if row["state"] != "queued" or row["offered_to"] != agent_id:
        return False
    if reason == "expired" and not early and row["offer_expires_at"] > log.now:
        return False
    passed_by = sorted({*row["passed_by"], agent_id})
    set_row(log.connection, handoff_id, offered_to=None, offer_expires_at=log.now, passed_by=passed_by)
    log.append(HandoffDeclined(handoff_id, agent_id, reason), "agent" if reason == "declined" else "system")
    return True


def _refuse_late(connection: sa.Connection, row: sa.RowMapping, me: Principal) -> None:
    """Accepting again what one has is no error; anything else is a conflict."""
    if row["state"] != "accepted":
        raise Conflict("not_waiting", "This hand-over is not waiting any more.", state=row["state"])
    if row["agent_id"] != me.id:
        name = connection.execute(sa.select(t.agents.c.name).where(t.agents.c.id == row["agent_id"])).scalar()
        raise Conflict("already_accepted", f"{name} has taken this one.", accepted_by=name)
