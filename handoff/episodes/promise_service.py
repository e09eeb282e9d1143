"""Promises for the people at the desk: list them, make one, keep one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from handoff.agents import audit
from handoff.agents.audit import AuditTrail
from handoff.agents.service import Principal
from handoff.contract.redact import hide
from handoff.conversations.log import LogWriter
from handoff.core import Core
from handoff.episodes import promises
from handoff.episodes.promises import MOST, P, PromiseState
from handoff.errors import Conflict, Forbidden, NotFound
from handoff.queue.rights import must_be_allowed_in, newest_of, shown_to
from handoff.storage import tables as t


class PromiseService:
    def __init__(self, core: Core, trail: AuditTrail) -> None:
        self._core = core
        self._trail = trail
        self._before = core.settings.promise_warning

    async def listing(
        self, me: Principal, *, state: PromiseState | None, owner: str | None, conversation_id: str | None
    ) -> list[dict[str, Any]]:
        """Soonest due first; kept ones only where asked for."""
        query = (
            sa.select(t.promises, t.conversations.c.customer_name, t.handoffs.c.id.label("handoff_id"))
            .join(t.conversations, t.conversations.c.id == P.conversation_id)
            .outerjoin(t.handoffs, newest_of(P.conversation_id))
            .where(P.kept_at.is_not(None) if state == "kept" else P.kept_at.is_(None))
            .where(sa.or_(t.handoffs.c.id.is_(None), shown_to(me)))
            .order_by(P.kept_at.desc() if state == "kept" else P.due_at)
            .limit(MOST)
        )
        if owner is not None:
            query = query.where(P.owner == owner)
        if conversation_id is not None:
            query = query.where(P.conversation_id == conversation_id)
        now = self._core.clock.now()
        rows = await self._core.database.read(lambda c: c.execute(query).mappings().all())
        found = [
            {**hide(dict(row)), "promise_id": row["id"], "state": promises.state_of(row, now, self._before)}
            for row in rows
        ]
        wanted = {"open": ("open", "due_soon", "late"), None: ("open", "due_soon", "late", "kept")}
        return [item for item in found if item["state"] in wanted.get(state, (state,))]

    async def keep(self, promise_id: str, me: Principal, proof: str) -> None:
        """Raises ``NotFound``, ``Forbidden`` (``wrong_department``), ``Conflict`` (``already_kept``)."""
        find = sa.select(P.conversation_id).where(P.id == promise_id)
        conversation_id = await self._core.database.read(lambda c: c.execute(find).scalar())
        if conversation_id is None:
            raise NotFound("promise_not_found", "There is no such promise.")

        def work(log: LogWriter) -> None:
            must_be_allowed_in(log.connection, conversation_id, me)
            if not promises.keep(log, promise_id, me.id, proof=proof, source="agent"):
                raise Conflict("already_kept", "This promise has been kept already.")
            audit.write(log, me.id, "promise.keep", promise_id)

        try:
            await self._core.change(conversation_id, work)
        except Forbidden as refusal:
            await self._trail.refused(
                me.id, "promise.keep", refusal.code, conversation_id=conversation_id, object_id=promise_id
            )
            raise
