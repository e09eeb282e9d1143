"""Who may use a conversation: the bearer of its token, and nobody else on the customers' side.

A conversation that is not there and one that is another's look the same (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Header

from handoff.conversations import identity
from handoff.errors import NotFound, Unauthorised
from handoff.schemes import CONVERSATION

if TYPE_CHECKING:
    from handoff.agents.audit import AuditTrail


def bearer(authorization: str | None) -> str:
    """The token of an ``Authorization: Bearer`` header. Raises ``Unauthorised``."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorised("token_missing", "Send the token as 'Authorization: Bearer …'.")
    return token


class OwnConversation:
    """FastAPI dependency: the id in the path, once the caller's token was found to be its key.

    A good token for another conversation is somebody who tries doors: that is in the audit trail.
    """

    def __init__(self, session_secret: str, trail: AuditTrail) -> None:
        self._secret = session_secret
        self._trail = trail

    # A coroutine: FastAPI sends plain functions to a thread, which costs more than the check.
    async def __call__(
        self,
        conversation_id: str,
        authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
        _scheme: Any = CONVERSATION,
    ) -> str:
        return await self.check(bearer(authorization), conversation_id)

    async def check(self, token: str, conversation_id: str) -> str:
        """Raises ``Unauthorised`` for a bad token, ``NotFound`` for another's conversation."""
        own = identity.conversation_of(token, self._secret)
        if own != conversation_id:
            refusal = NotFound("conversation_not_found", "There is no such conversation.")
            await self._trail.refused_to_a_customer(
                "conversation.foreign", refusal.code, conversation_id=own, object_id=conversation_id
            )
            raise refusal
        return conversation_id
