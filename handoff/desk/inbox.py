"""The inbox: what is open, what this agent has, what ended lately, and what matches a search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.clock import stamp
from handoff.contract.redact import hide
from handoff.core import Core
from handoff.queue.answering import answer_due, unanswered_since
from handoff.queue.rights import shown_to
from handoff.storage import tables as t

MOST_OPEN = 300
MOST_CLOSED = 50
CLOSED_WITHIN = timedelta(days=7)
FOUND_WITHIN = timedelta(days=90)
SHORTEST_SEARCH = 2
LONGEST_PROBLEM = 160

Row = dict[str, Any]


class Inbox:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def open(self, me: Principal) -> dict[str, Any]:
        """``open``: all that wait or are with somebody, in the order of ``GET /queue``; this agent's are always among
        them. ``total``: how many there are, where not all are shown."""

        def work(connection: sa.Connection) -> dict[str, Any]:
            states = sa.and_(t.handoffs.c.state.in_(("queued", "accepted")), shown_to(me))
            mine = t.handoffs.c.agent_id == me.id
            query, now = ITEMS.where(states), stamp(self._core.clock.now())
            total = connection.execute(sa.select(sa.func.count()).select_from(t.handoffs).where(states)).scalar_one()
            others = query.where(sa.or_(t.handoffs.c.agent_id.is_(None), ~mine)).limit(MOST_OPEN)
            rows = list(connection.execute(others).mappings())
            rows += connection.execute(query.where(mine)).mappings()
            within = self._core.settings.answer_within.total_seconds()
            return {"open": [self._item(row, me, now) for row in rows], "total": int(total), "answer_within": within}

        return await self._core.database.read(work)

    async def closed(self, me: Principal) -> list[Row]:
        """What ended in the last seven days, newest first."""
        since = stamp(self._core.clock.now() - CLOSED_WITHIN)
        query = NEWEST_FIRST.where(t.handoffs.c.ended_at >= since, shown_to(me)).limit(MOST_CLOSED)
        return await self._listed(query, me)

    async def search(self, text: str, me: Principal) -> list[Row]:
        """Hand-overs of the last 90 days by customer, by the words in the conversation (an order number), or by id."""
        wanted = text.strip()
        if len(wanted) < SHORTEST_SEARCH:
            return []
        said = (
            sa.select(sa.literal(1))
            .select_from(t.events.join(t.event_content))
            .where(
                t.events.c.conversation_id == t.handoffs.c.conversation_id,
                t.events.c.type == "message.sent",
                _holds(t.event_content.c.content["text"].as_string(), wanted),
            )
        )
        matches = sa.or_(
            _holds(t.conversations.c.customer_name, wanted),
            sa.func.lower(t.conversations.c.customer_id) == wanted.lower(),
            t.handoffs.c.id == wanted,
            t.conversations.c.id == wanted,
            sa.exists(said),
        )
        since = stamp(self._core.clock.now() - FOUND_WITHIN)
        query = NEWEST_FIRST.where(matches, t.handoffs.c.requested_at >= since, shown_to(me)).limit(MOST_CLOSED)
        return await self._listed(query, me)

    async def _listed(self, query: sa.Select[Any], me: Principal) -> list[Row]:
        now = stamp(self._core.clock.now())
        return await self._core.database.read(
            lambda c: [self._item(row, me, now) for row in c.execute(query).mappings()]
        )

    def _item(self, row: sa.RowMapping, me: Principal, now: str) -> Row:
        offered = row["state"] == "queued" and row["offered_to"] == me.id and row["offer_expires_at"] > now
        return {
            **_shown(row),
            "answer_by": answer_due(row, row["unanswered"], self._core.settings.answer_within),
            "their_turn": row["unanswered"] is not None,
            "offered_until": row["offer_expires_at"] if offered else None,
        }


def _holds(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """Not by ``casefold``, which makes "ss" of "ß". SQLite makes only ASCII small: there "Über" is found as written."""
    small, written = (f"%{_escaped(one)}%" for one in (text.lower(), text))
    return sa.or_(sa.func.lower(column).like(small, escape="\\"), column.like(written, escape="\\"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _items() -> sa.Select[Any]:
    said = t.events.alias("said")
    newest = (
        sa.select(t.events.c.id)
        .where(
            t.events.c.conversation_id == t.handoffs.c.conversation_id,
            t.events.c.type == "message.sent",
            t.events.c.source == "customer",
        )
        .order_by(t.events.c.seq.desc())
        .limit(1)
        .correlate(t.handoffs)
        .scalar_subquery()
    )
    return (
        sa.select(
            t.handoffs,
            t.conversations.c.customer_id,
            t.conversations.c.customer_name,
            t.conversations.c.owner,
            t.conversations.c.epoch,
            t.conversations.c.locale,
            t.agents.c.name.label("accepted_by"),
            t.event_content.c.content,
            said.c.seq.label("said_seq"),
            said.c.occurred_at.label("said_at"),
            unanswered_since().label("unanswered"),
        )
        .join(t.conversations, t.conversations.c.id == t.handoffs.c.conversation_id)
        .outerjoin(t.agents, t.agents.c.id == t.handoffs.c.agent_id)
        .outerjoin(said, said.c.id == newest)
        .outerjoin(t.event_content, t.event_content.c.event_id == said.c.id)
    )


# Built once: every screen reads the inbox whenever the line moves.
ITEMS = _items().order_by(t.handoffs.c.rank, t.handoffs.c.id)
NEWEST_FIRST = _items().order_by(sa.func.coalesce(t.handoffs.c.ended_at, t.handoffs.c.requested_at).desc())


def _shown(row: sa.RowMapping) -> Row:
    return {
        "handoff_id": row["id"],
        "conversation_id": row["conversation_id"],
        "state": row["state"],
        "reason": row["reason"],
        "priority": row["priority"],
        "queue": row["queue"],
        "customer_id": row["customer_id"],
        "customer_name": row["customer_name"],
        "locale": row["locale"],
        "problem": hide((row["content"] or {}).get("text", ""))[:LONGEST_PROBLEM],
        "waiting_since": row["first_wait_at"] or row["requested_at"],
        "accepted_by": row["accepted_by"],
        "owner": row["owner"],
        "epoch": row["epoch"],
        "due_at": row["due_at"],
        "ended_at": row["ended_at"],
        "outcome": row["outcome"],
        "customer_seq": row["said_seq"] or 0,
        "customer_at": row["said_at"],
    }
