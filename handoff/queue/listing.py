"""The queue as one agent sees it: what waits, what is theirs, how late it is, and whether they may take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from handoff.agents.access import DESK_ROLES
from handoff.agents.service import Principal
from handoff.clock import parse, stamp
from handoff.contract.redact import hide
from handoff.episodes import promises
from handoff.queue.board import candidate_of, wanted_of
from handoff.queue.matching import fit, has_room, may_take
from handoff.queue.plan import DeskPlan
from handoff.queue.rights import newest_of, shown_to
from handoff.storage import tables as t

H = t.handoffs.c
LONGEST_PROBLEM = 160
MOST = 1_000


def read_listing(
    connection: sa.Connection, me: Principal, plan: DeskPlan, now: datetime, warning: timedelta
) -> dict[str, Any]:
    """``waiting`` in the order in which it is to be taken, ``mine``, and ``counts`` for the views: of what ``me`` may
    see, see ``handoff.queue.rights``."""
    waiting = connection.execute(_query().where(shown_to(me), H.state == "queued")).mappings().all()
    # What is theirs is asked for apart: a long line cuts off nobody's own conversations.
    own_ones = (shown_to(me), H.state == "accepted", H.agent_id == me.id)
    mine = connection.execute(_query().where(*own_ones)).mappings().all()
    open_promises = _promises(connection, me, now, warning)
    person = connection.execute(sa.select(t.agents).where(t.agents.c.id == me.id)).mappings().first()
    load = sum(row["weight"] for row in mine)
    items = [_item(row, me, plan, now, person, load) for row in waiting]
    own = [_item(row, me, plan, now, person, load) for row in mine]
    return {
        "waiting": items,
        "mine": own,
        "counts": {
            "waiting": len(items),
            "mine": len(own),
            "for_me": sum(item["may_take"] for item in items),
            "offered": sum(item["offered_to_me"] for item in items),
            "late": sum(item["late"] for item in items),
            "by_queue": dict(Counter(item["queue"] for item in items)),
            "by_department": dict(Counter(item["department"] or "any" for item in items)),
            "promises_due": open_promises,
        },
        "load": load,
        "capacity": me.capacity,
    }


def _query() -> sa.Select[Any]:
    said = (
        sa.select(t.event_content.c.content)
        .select_from(t.events.join(t.event_content))
        .where(
            t.events.c.conversation_id == H.conversation_id,
            t.events.c.type == "message.sent",
            t.events.c.source == "customer",
        )
        .order_by(t.events.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    last = (
        sa.select(t.events.c.source)
        .where(
            t.events.c.conversation_id == H.conversation_id,
            t.events.c.type == "message.sent",
            t.events.c.source.in_(("customer", "agent")),
        )
        .order_by(t.events.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    c = t.conversations.c
    return (
        sa.select(
            t.handoffs,
            c.customer_id,
            c.customer_name,
            c.owner,
            c.epoch,
            t.agents.c.name.label("accepted_by"),
            said.label("content"),
            last.label("last_spoke"),
        )
        .join(t.conversations, c.id == H.conversation_id)
        .outerjoin(t.agents, t.agents.c.id == H.agent_id)
        .order_by(H.rank, H.id)
        .limit(MOST)
    )


def _promises(connection: sa.Connection, me: Principal, now: datetime, warning: timedelta) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(t.promises.outerjoin(t.handoffs, newest_of(promises.P.conversation_id)))
        .where(promises.P.kept_at.is_(None), promises.P.due_at <= stamp(now + warning))
        .where(sa.or_(H.id.is_(None), shown_to(me)))
    )
    return int(connection.execute(query).scalar_one())


def _item(
    row: sa.RowMapping, me: Principal, plan: DeskPlan, now: datetime, person: sa.RowMapping | None, load: int
) -> dict[str, Any]:
    first_wait = row["first_wait_at"] or row["requested_at"]
    allowed = may_take(row["department"], me.roles, me.departments)
    offered = row["offered_to"] == me.id and row["offer_expires_at"] > stamp(now)
    return {
        "handoff_id": row["id"],
        "conversation_id": row["conversation_id"],
        "state": row["state"],
        "reason": row["reason"],
        "priority": row["priority"],
        "queue": row["queue"],
        "department": row["department"],
        "topic": row["topic"],
        "skills": row["skills"],
        "language": row["language"],
        "weight": row["weight"],
        "customer_id": row["customer_id"],
        "customer_name": row["customer_name"],
        "problem": hide((row["content"] or {}).get("text", ""))[:LONGEST_PROBLEM],
        "waiting_since": first_wait,
        "waited_seconds": max(0, round((now - parse(first_wait)).total_seconds())),
        "due_at": row["due_at"],
        "answered": row["answered_at"] is not None,
        "late": row["answered_at"] is None and row["due_at"] is not None and row["due_at"] < stamp(now),
        "answer_by": row["answer_by"],
        "their_turn": row["last_spoke"] == "customer",
        "message_left": row["promise_id"] is not None,
        "accepted_by": row["accepted_by"],
        "offered_to_me": offered,
        "offer_expires_at": row["offer_expires_at"] if offered else None,
        "may_take": allowed,
        "has_room": has_room(row["weight"], load, me.capacity),
        "fit": sum(fit(wanted_of(row, plan), candidate_of(person, load))) if person else 0,
        "owner": row["owner"],
        "epoch": row["epoch"],
    }


def anybody_answers(connection: sa.Connection, agent_ids: Collection[str]) -> bool:
    """Whether any of them may have conversations: switched on, with a role at the desk and room for at least one."""
    a = t.agents.c
    query = sa.select(a.roles).where(a.id.in_(agent_ids), a.active, a.capacity > 0)
    return any(set(row.roles) & set(DESK_ROLES) for row in connection.execute(query))


def read_colleagues(connection: sa.Connection) -> list[dict[str, Any]]:
    """Who works at the desk, with what they have; whom a conversation can be passed to."""
    load = (
        sa.select(H.agent_id, sa.func.sum(H.weight).label("load"))
        .where(H.state == "accepted")
        .group_by(H.agent_id)
        .subquery()
    )
    a = t.agents.c
    query = (
        sa.select(a.id, a.name, a.roles, a.departments, a.skills, a.languages, a.capacity, load.c.load)
        .outerjoin(load, load.c.agent_id == a.id)
        .where(a.active)
        .order_by(a.name)
    )
    return [{**row, "load": row["load"] or 0} for row in connection.execute(query).mappings()]
