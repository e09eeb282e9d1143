"""What a customer may ask for as that customer, beyond one conversation. The host site's identity token is the key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from handoff.agents.audit import AuditTrail
from handoff.conversations import identity, rules
from handoff.conversations.log import find
from handoff.conversations.service import Opened
from handoff.core import Core
from handoff.errors import NotFound
from handoff.storage import tables as t

MOST_LISTED = 30
PREVIEW = 140


@dataclass(frozen=True)
class Greeting:
    """One line that we may say first. ``about`` names its occasion, so that it is said once; ``question`` is what the
    customer would ask next, ready to send."""

    about: str
    text: str
    question: str


Greeter = Callable[[str], Awaitable[Greeting | None]]
"""From a customer's id to what is worth saying first. It never raises: silence is always possible."""


async def silent(_customer_id: str) -> Greeting | None:
    return None


class CustomerService:
    def __init__(self, core: Core, trail: AuditTrail) -> None:
        self._core = core
        self._trail = trail
        self.greeter: Greeter = silent

    async def conversations(self, customer_id: str) -> list[dict[str, Any]]:
        """The newest first. One without a word said is left out."""
        said = t.events.alias()
        last_said = (
            sa.select(sa.func.max(said.c.seq))
            .where(said.c.conversation_id == t.conversations.c.id, said.c.type == "message.sent")
            .correlate(t.conversations)
            .scalar_subquery()
        )
        query = (
            sa.select(t.conversations, t.events.c.source, t.event_content.c.content)
            .select_from(
                t.conversations.join(
                    t.events, (t.events.c.conversation_id == t.conversations.c.id) & (t.events.c.seq == last_said)
                ).outerjoin(t.event_content, t.event_content.c.event_id == t.events.c.id)
            )
            .where(t.conversations.c.customer_id == customer_id)
            .order_by(t.conversations.c.last_event_at.desc())
            .limit(MOST_LISTED)
        )
        rows = await self._core.database.read(lambda connection: list(connection.execute(query).mappings()))
        return [
            {
                "conversation_id": row["id"],
                "opened_at": row["opened_at"],
                "last_event_at": row["last_event_at"],
                "owner": rules.kind(row["owner"]),
                "last_from": row["source"],
                "last_text": (row["content"] or {}).get("text", "")[:PREVIEW],
            }
            for row in rows
        ]

    async def take_up(self, customer_id: str, conversation_id: str) -> Opened:
        """A key to a conversation of theirs. Raises ``NotFound``, for another customer's too, which is audited."""
        row = await self._core.database.read(lambda connection: find(connection, conversation_id))
        if row.customer_id != customer_id:
            refusal = NotFound("conversation_not_found", "There is no such conversation.")
            await self._trail.refused_to_a_customer("conversation.foreign", refusal.code, object_id=row.id)
            raise refusal
        settings = self._core.settings
        token = identity.issue_conversation_token(
            settings.session_secret.get_secret_value(),
            conversation_id,
            self._core.clock.now(),
            settings.conversation_token_life,
        )
        return Opened(conversation_id, token, row.head_seq, row.epoch)
