"""Approvals: a person decides on an operation that is over the bot's authority, without taking the conversation."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.contract.events import ApprovalDecided
from handoff.conversations.log import LogWriter
from handoff.core import Core
from handoff.errors import Conflict, NotFound
from handoff.gateway import inbox
from handoff.storage import tables as t


class ApprovalService:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def decide(self, approval_id: str, me: Principal, decision: Literal["approved", "declined"]) -> None:
        """Decided once. While the bot owns the conversation, a system turn completes the operation and says so.

        Raises ``NotFound`` or ``Conflict`` (``already_decided``).
        """
        query = sa.select(t.approvals).where(t.approvals.c.id == approval_id)
        row = await self._core.database.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            raise NotFound("approval_not_found", "There is no such approval.")
        operation_id = row["operation_id"]

        def work(log: LogWriter) -> None:
            decided = log.connection.execute(
                sa.update(t.approvals)
                .where(t.approvals.c.id == approval_id, t.approvals.c.state == "wanted")
                .values(state=decision, decided_at=log.now, decided_by=me.id)
            )
            if decided.rowcount != 1:
                raise Conflict("already_decided", "This has been decided already.")
            log.connection.execute(
                sa.update(t.operations).where(t.operations.c.id == operation_id).values(approval=decision)
            )
            event = log.append(ApprovalDecided(approval_id, operation_id, decision, me.id), "agent")
            if log.conversation.owner == "bot":
                inbox.put(log, event["seq"], "approval_decided", note=f"{decision} {operation_id}")

        await self._core.change(row["conversation_id"], work)
