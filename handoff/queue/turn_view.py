"""One turn, told to staff: what was understood, scored, decided, done and shown."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from handoff.contract.redact import hide
from handoff.conversations.schemas import Body
from handoff.errors import NotFound
from handoff.packet.lookups import lines_of
from handoff.storage import tables as t
from handoff.storage.database import Database


class TurnView(Body):
    """``seq`` is the newest customer message of the turn; ``triage``, ``messages``, ``operations`` and ``directives``
    are those of the stored ``TurnResult`` without payment data, absent for a turn that failed. ``lookups``: what was
    read in the business system, a line each."""

    seq: int
    reply_to: list[int]
    epoch: int
    state: str
    trigger: str
    correlation_id: str
    started_at: str
    finished_at: str | None
    model_version: str | None
    triage: dict[str, Any] | None
    messages: list[dict[str, Any]]
    operations: list[dict[str, Any]]
    lookups: list[str]
    directives: list[dict[str, Any]]


class TurnViewer:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def view(self, conversation_id: str, seq: int) -> TurnView:
        """The newest turn that took the message ``seq``. Raises ``NotFound``."""
        query = (
            sa.select(t.turns).where(t.turns.c.conversation_id == conversation_id).order_by(t.turns.c.started_at.desc())
        )
        rows = await self._database.read(lambda connection: list(connection.execute(query).mappings()))
        row = next((row for row in rows if seq == row["seq"] or seq in row["reply_to"]), None)
        if row is None:
            raise NotFound("turn_not_found", "The assistant did not take part in that message.")
        result = hide(row["result"] or {})
        return TurnView(
            seq=row["seq"],
            reply_to=row["reply_to"],
            epoch=row["epoch"],
            state=row["state"],
            trigger=row["trigger"],
            correlation_id=row["correlation_id"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            model_version=row["model_version"],
            triage=result.get("triage"),
            messages=result.get("messages", []),
            operations=result.get("operations", []),
            lookups=lines_of(result),
            directives=result.get("directives", []),
        )
