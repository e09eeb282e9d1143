"""The staff's audit trail: what was done, and what was refused to whom. Append-only; see ``staff_audit``.

What was done is written in the transaction that does it. A refusal changes nothing else, so it is written alone.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from handoff.clock import Clock, stamp
from handoff.conversations.log import LogWriter
from handoff.errors import Unavailable
from handoff.storage import tables as t
from handoff.storage.database import Database

INSERT = sa.insert(t.staff_audit)
SAME_AGAIN_AFTER = timedelta(minutes=1)
MOST = 500
LATELY = timedelta(hours=1)
ID = re.compile(r"[A-Za-z]{1,8}_[A-Za-z0-9_-]{1,56}")
NO_ID = "(no id)"

logger = structlog.get_logger(__name__)


def row(
    at: str,
    agent_id: str | None,
    action: str,
    *,
    outcome: str = "done",
    code: str | None = None,
    conversation_id: str | None = None,
    object_id: str | None = None,
    request_id: str = "",
    **detail: Any,
) -> dict[str, Any]:
    """``detail``: codes and ids, never a person's words; nor does what a caller wrote in an id's place count as one.

    Of a colleague's account it holds what it was changed from and to, and never a password."""
    return {
        "at": at,
        "agent_id": agent_id,
        "action": action[:48],
        "outcome": outcome,
        "code": code,
        "conversation_id": _id(conversation_id),
        "object_id": _id(object_id),
        "request_id": request_id[:64],
        "detail": detail,
    }


def _id(value: str | None) -> str | None:
    return (value if ID.fullmatch(value) else NO_ID) if value else None


def write(log: LogWriter, agent_id: str, action: str, object_id: str, **detail: Any) -> None:
    """What an agent did, in the unit of work that does it."""
    values = row(
        log.now,
        agent_id,
        action,
        conversation_id=log.conversation.id,
        object_id=object_id,
        request_id=log.correlation_id,
        **detail,
    )
    log.connection.execute(INSERT, values)


class AuditTrail:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def refused(self, agent_id: str | None, action: str, code: str, **more: Any) -> None:
        """Never raises: a refusal stays the refusal that it is, also while the log is away."""
        request_id = str(structlog.contextvars.get_contextvars().get("correlation_id", ""))
        values = row(
            stamp(self._clock.now()), agent_id, action, outcome="refused", code=code, request_id=request_id, **more
        )
        try:
            await self._database.write(lambda connection: connection.execute(INSERT, values))
        except Unavailable:
            logger.warning("audit.not_written", action=action, code=code)

    async def refused_to_a_customer(
        self, action: str, code: str, *, conversation_id: str | None = None, object_id: str | None = None
    ) -> None:
        """The same refusal to the same token (``conversation_id`` is what it opens) is written about once a minute:
        anybody can have one, and whoever repeats it must not fill the trail."""
        a, since = t.staff_audit.c, stamp(self._clock.now() - SAME_AGAIN_AFTER)
        unnamed = sa.and_(a.conversation_id.is_(None), a.object_id == _id(object_id))
        to_whom = unnamed if conversation_id is None else a.conversation_id == conversation_id
        same = (a.agent_id.is_(None), to_whom, a.action == action[:48], a.code == code, a.outcome == "refused")
        query = sa.select(a.id).where(*same, a.at > since).limit(1)
        try:
            stands = await self._database.read(lambda c: c.execute(query).first()) is not None
        except Unavailable:
            stands = False
        if not stands:
            await self.refused(None, action, code, conversation_id=conversation_id, object_id=object_id)

    async def refused_lately(self, agent_id: str, action: str) -> bool:
        """Whether the same stands in the trail already, so that who repeats it does not fill it."""
        a, since = t.staff_audit.c, stamp(self._clock.now() - LATELY)
        query = sa.select(a.id).where(a.agent_id == agent_id, a.action == action, a.at > since).limit(1)
        return await self._database.read(lambda c: c.execute(query).first()) is not None

    async def done(self, agent_id: str | None, action: str, **more: Any) -> None:
        """What is done beside any one conversation's unit of work. Raises ``Unavailable``."""
        request_id = str(structlog.contextvars.get_contextvars().get("correlation_id", ""))
        values = row(stamp(self._clock.now()), agent_id, action, request_id=request_id, **more)
        await self._database.write(lambda connection: connection.execute(INSERT, values))

    async def read(
        self,
        *,
        agent_id: str | None = None,
        conversation_id: str | None = None,
        outcome: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[dict[str, Any]]:
        """Newest first; ``before`` is the id of the last one of the page before."""
        query = (
            sa.select(t.staff_audit, t.agents.c.name.label("agent_name"))
            .outerjoin(t.agents, t.agents.c.id == t.staff_audit.c.agent_id)
            .order_by(t.staff_audit.c.id.desc())
            .limit(min(limit, MOST))
        )
        for column, wanted in (
            (t.staff_audit.c.agent_id, agent_id),
            (t.staff_audit.c.conversation_id, conversation_id),
            (t.staff_audit.c.outcome, outcome),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        if before is not None:
            query = query.where(t.staff_audit.c.id < before)
        return await self._database.read(lambda c: [dict(found) for found in c.execute(query).mappings()])
