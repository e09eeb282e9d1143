"""What staff may know of a customer's past: earlier conversations and issues. Every look is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from handoff.agents import reads
from handoff.agents.audit import AuditTrail
from handoff.agents.service import Principal
from handoff.clock import parse
from handoff.contract.redact import for_staff, hide
from handoff.conversations.log import WireEvent, find, read_whole
from handoff.core import Core
from handoff.episodes.contacts import SAME_ISSUE_WITHIN
from handoff.errors import Forbidden, NotFound
from handoff.queue import rights
from handoff.storage import tables as t

MOST_CONVERSATIONS = 30
LONGEST_QUOTE = 160


@dataclass(frozen=True)
class EarlierEpisode:
    topic: str | None
    state: str
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True)
class EarlierConversation:
    conversation_id: str
    opened_at: str
    last_event_at: str
    state: str
    channel: str
    problem: str
    outcome: str | None
    cause: str | None
    agent: str | None
    episodes: list[EarlierEpisode]


@dataclass(frozen=True)
class History:
    """``repeat``: how many earlier conversations began within 14 days before this one, and whether one of them was
    about the same topic. An anonymous customer has no history."""

    customer_id: str | None
    conversations: list[EarlierConversation]
    recent: int
    same_topic: bool


class Customers:
    def __init__(self, core: Core, trail: AuditTrail) -> None:
        self._core = core
        self._trail = trail

    async def history(self, handoff_id: str, me: Principal) -> History:
        """What ``me`` may read of the past of the customer behind a hand-over, newest first. Raises ``NotFound``."""
        now = self._core.clock.now()

        def work(connection: sa.Connection) -> History:
            conversation = find(connection, conversation_of(connection, handoff_id))
            reads.note(connection, now, me.id, "history", conversation.id, conversation.customer_id)
            if conversation.customer_id is None:
                return History(None, [], 0, False)
            past = _past(connection, conversation.customer_id, conversation.id, me)
            topic = _topic(connection, conversation.episode_id)
            recent = recent_of(past, parse(conversation.opened_at))
            same = topic is not None and any(e.topic == topic for each in recent for e in each.episodes)
            return History(conversation.customer_id, past, len(recent), same)

        return await self._core.database.write(work)

    async def transcript(self, handoff_id: str, conversation_id: str, me: Principal) -> list[WireEvent]:
        """The log of an earlier conversation of the same customer.

        Raises ``NotFound`` for anybody else's, ``Forbidden`` (``wrong_department``) for another department's; both are
        in the audit trail.
        """
        now = self._core.clock.now()

        def work(connection: sa.Connection) -> list[WireEvent]:
            here = find(connection, conversation_of(connection, handoff_id))
            wanted = find(connection, conversation_id)
            if here.customer_id is None or wanted.customer_id != here.customer_id:
                raise NotFound("conversation_not_found", "There is no such conversation.")
            rights.must_be_readable(connection, wanted.id, me)
            reads.note(connection, now, me.id, "transcript", wanted.id, wanted.customer_id)
            return for_staff(read_whole(connection, wanted.id))

        try:
            return await self._core.database.write(work)
        except (NotFound, Forbidden) as refusal:
            await self._trail.refused(
                me.id, "transcript.view", refusal.code, conversation_id=conversation_id, object_id=handoff_id
            )
            raise

    async def reads(self, handoff_id: str) -> list[dict[str, Any]]:
        """Who of the staff read this conversation or the customer's history from it, oldest first."""

        def work(connection: sa.Connection) -> list[dict[str, Any]]:
            query = (
                sa.select(t.staff_reads.c.at, t.staff_reads.c.what, t.staff_reads.c.agent_id, t.agents.c.name)
                .select_from(t.staff_reads.outerjoin(t.agents, t.agents.c.id == t.staff_reads.c.agent_id))
                .where(t.staff_reads.c.conversation_id == conversation_of(connection, handoff_id))
                .order_by(t.staff_reads.c.id)
            )
            return [dict(row) for row in connection.execute(query).mappings()]

        return await self._core.database.read(work)


def conversation_of(connection: sa.Connection, handoff_id: str) -> str:
    query = sa.select(t.handoffs.c.conversation_id).where(t.handoffs.c.id == handoff_id)
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFound("handoff_not_found", "There is no such hand-over.")
    return str(found)


def recent_of(past: Sequence[EarlierConversation], opened: datetime) -> list[EarlierConversation]:
    """Those that began within ``SAME_ISSUE_WITHIN`` before ``opened``."""
    return [each for each in past if timedelta() <= opened - parse(each.opened_at) <= SAME_ISSUE_WITHIN]


def _topic(connection: sa.Connection, episode_id: str | None) -> str | None:
    query = sa.select(t.episodes.c.topic).where(t.episodes.c.id == episode_id)
    topic = connection.execute(query).scalar() if episode_id else None
    return str(topic) if topic else None


def _past(connection: sa.Connection, customer_id: str, but: str, me: Principal) -> list[EarlierConversation]:
    of_theirs = (
        sa.select(t.conversations)
        .select_from(t.conversations.outerjoin(t.handoffs, rights.newest_of(t.conversations.c.id)))
        .where(t.conversations.c.customer_id == customer_id, t.conversations.c.id != but, rights.readable_by(me))
        .order_by(t.conversations.c.opened_at.desc())
        .limit(MOST_CONVERSATIONS)
    )
    rows = list(connection.execute(of_theirs).mappings())
    ids = [row["id"] for row in rows]
    episodes: dict[str, list[EarlierEpisode]] = {}
    for row in connection.execute(
        sa.select(t.episodes).where(t.episodes.c.conversation_id.in_(ids)).order_by(t.episodes.c.opened_seq)
    ).mappings():
        episode = EarlierEpisode(row["topic"], row["state"], row["opened_at"], row["closed_at"])
        episodes.setdefault(row["conversation_id"], []).append(episode)
    handoffs = {
        row["conversation_id"]: row
        for row in connection.execute(
            sa.select(t.handoffs, t.agents.c.name.label("agent"))
            .outerjoin(t.agents, t.agents.c.id == t.handoffs.c.agent_id)
            .where(t.handoffs.c.conversation_id.in_(ids))
            .order_by(t.handoffs.c.requested_at)
        ).mappings()
    }
    problems = _first_words(connection, ids)
    return [
        EarlierConversation(
            conversation_id=row["id"],
            opened_at=row["opened_at"],
            last_event_at=row["last_event_at"],
            state=row["state"],
            channel=row["channel"],
            problem=problems.get(row["id"], ""),
            outcome=handoffs[row["id"]]["outcome"] if row["id"] in handoffs else None,
            cause=hide(handoffs[row["id"]]["cause"]) if row["id"] in handoffs else None,
            agent=handoffs[row["id"]]["agent"] if row["id"] in handoffs else None,
            episodes=episodes.get(row["id"], []),
        )
        for row in rows
    ]


def _first_words(connection: sa.Connection, conversation_ids: Sequence[str]) -> dict[str, str]:
    """The first message of each customer that was more than a greeting, else the first."""
    query = (
        sa.select(t.events.c.conversation_id, t.event_content.c.content)
        .select_from(t.events.join(t.event_content))
        .where(
            t.events.c.conversation_id.in_(conversation_ids),
            t.events.c.type == "message.sent",
            t.events.c.source == "customer",
        )
        .order_by(t.events.c.seq.desc())
    )
    found: dict[str, str] = {}
    for row in connection.execute(query):
        text = hide(row.content.get("text") or "")[:LONGEST_QUOTE]
        if row.conversation_id not in found or len(text.split()) > 2:
            found[row.conversation_id] = text
    return found
