"""Who may use a conversation: the bearer of its token, and nobody else on the customers' side.

A conversation that is not there and one that is another's look the same (404).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from handoff.conversations import identity
from handoff.errors import NotFound, Unauthorised


def bearer(authorization: str | None) -> str:
    """The token of an ``Authorization: Bearer`` header. Raises ``Unauthorised``."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorised("token_missing", "Send the token as 'Authorization: Bearer …'.")
    return token


def check(token: str, conversation_id: str, session_secret: str) -> str:
    """Raises ``Unauthorised`` for a bad token, ``NotFound`` for another's conversation."""
    if identity.conversation_of(token, session_secret) != conversation_id:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    return conversation_id


class OwnConversation:
    """FastAPI dependency: the id in the path, once the caller's token was found to be its key."""

    def __init__(self, session_secret: str) -> None:
        self._secret = session_secret

    # A coroutine: FastAPI sends plain functions to a thread, which costs more than the check.
    async def __call__(self, conversation_id: str, authorization: Annotated[str | None, Header()] = None) -> str:
        return check(bearer(authorization), conversation_id, self._secret)
