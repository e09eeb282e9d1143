"""Whose a conversation is to read and to take: a department is a right."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.errors import Forbidden
from handoff.queue.matching import ANY_DEPARTMENT, may_take
from handoff.storage import tables as t

H = t.handoffs.c
READ_ALL = ("qa",)


def must_be_allowed(row: sa.RowMapping, me: Principal) -> None:
    """What belongs to a department is its people's, and its present owner's."""
    if row["agent_id"] != me.id and not may_take(row["department"], me.roles, me.departments):
        raise Forbidden(
            "wrong_department",
            f"This belongs to {row['department']}. Only its people and leads may take it.",
            department=row["department"],
        )


def must_be_allowed_in(connection: sa.Connection, conversation_id: str, me: Principal) -> None:
    """The same for a conversation: its newest hand-over says whose it is. One that never had any is everybody's."""
    newest = sa.select(t.handoffs).where(H.conversation_id == conversation_id).order_by(H.seq.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    if row is not None:
        must_be_allowed(row, me)


def must_be_readable(connection: sa.Connection, conversation_id: str, me: Principal) -> None:
    """The same to read only: analysts read all departments' conversations."""
    if not set(me.roles) & set(READ_ALL):
        must_be_allowed_in(connection, conversation_id, me)


def readable_among(connection: sa.Connection, conversation_ids: Collection[str], me: Principal) -> set[str]:
    """Those of these conversations that ``must_be_readable`` lets through."""
    c = t.conversations.c
    query = (
        sa.select(c.id)
        .select_from(t.conversations.outerjoin(t.handoffs, newest_of(c.id)))
        .where(c.id.in_(conversation_ids), readable_by(me))
    )
    return set(connection.execute(query).scalars())


def readable_by(me: Principal) -> sa.ColumnElement[bool]:
    """``must_be_readable`` as SQL, of a conversation that is joined with its ``newest_of``."""
    return sa.true() if set(me.roles) & set(READ_ALL) else sa.or_(H.id.is_(None), shown_to(me))


def shown_to(me: Principal) -> sa.ColumnElement[bool]:
    """``matching.may_take`` as SQL, of a row of ``handoffs``: what is another department's is in no list either."""
    if not me.departments or set(me.roles) & set(ANY_DEPARTMENT):
        return sa.true()
    return sa.or_(H.agent_id == me.id, H.department.is_(None), H.department.in_(me.departments))


def newest_of(conversation_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The condition on which to join a conversation's newest hand-over; where it never had one, there is none."""
    other = t.handoffs.alias()
    mine = sa.select(other.c.id).where(other.c.conversation_id == conversation_id)
    return H.id == mine.order_by(other.c.seq.desc()).limit(1).scalar_subquery()
