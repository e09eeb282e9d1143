"""Who of the staff may call what. A bearer token, or the desk's cookie together with our own Origin."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.requests import HTTPConnection

from handoff.agents.audit import AuditTrail
from handoff.agents.presence import Presence
from handoff.agents.service import Principal, StaffService
from handoff.conversations import identity
from handoff.conversations.access import bearer
from handoff.errors import Forbidden, Unauthorised
from handoff.late_routes import API
from handoff.origins import from_our_page
from handoff.schemes import COOKIE, STAFF_COOKIE, STAFF_TOKEN
from handoff.settings import HandoffSettings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
DESK_ROLES = ("agent", "senior", "lead", "admin")


ENDED = "session.ended"
"""The action under which the use of a session that is over stands in the trail."""


class Require:
    """Makes FastAPI dependencies: ``require("agent", "lead")`` gives the principal or 401 / 403.

    What was refused to a member of the staff, or to a customer's token on a staff route, is in the audit trail.
    Whoever calls a route of the desk is there: reading is a sign of life, anything else a sign of work. ``unasked``:
    pages make this call by themselves, so that it is a sign of life alone.
    """

    def __init__(self, staff: StaffService, trail: AuditTrail, presence: Presence, settings: HandoffSettings) -> None:
        self._staff = staff
        self._trail = trail
        self._presence = presence
        self._session_secret = settings.session_secret.get_secret_value()
        self._public_url = settings.public_url

    def __call__(self, *roles: str, unasked: bool = False) -> Callable[..., Awaitable[Principal]]:
        async def principal(request: Request, _token: Any = STAFF_TOKEN, _cookie: Any = STAFF_COOKIE) -> Principal:
            action = f"{request.method} {request.scope['route'].path.removeprefix(API)}"
            token = self.token(request)
            try:
                found = await self._staff.authenticate(token)
            except Unauthorised as refusal:
                await self.note_token(token, action, refusal.code)
                raise
            if roles and not set(roles) & set(found.roles):
                await self._trail.refused(found.id, action, "role_missing")
                raise Forbidden("role_missing", "Your role does not include this.", wanted=list(roles))
            if set(found.roles) & set(DESK_ROLES):
                idle = unasked or request.method in SAFE_METHODS
                await (self._presence.seen if idle else self._presence.active)(found.id)
            return found

        return principal

    def token(self, request: HTTPConnection) -> str:
        """The caller's token. A cookie counts for an unsafe method and for a socket, which no browser keeps a foreign
        page from opening, only when the request comes from our own pages."""
        if "authorization" in request.headers:
            return bearer(request.headers["authorization"])
        token = request.cookies.get(COOKIE)
        if not token:
            raise Unauthorised("token_missing", "Please sign in.")
        safe = request.scope["type"] == "http" and request.scope["method"] in SAFE_METHODS
        if not safe and not from_our_page(request, self._public_url):
            raise Forbidden("foreign_origin", "This request does not come from the desk.")
        return token

    async def is_staff(self, request: HTTPConnection) -> bool:
        """Whether somebody of the staff calls, on a route that is open to all."""
        with contextlib.suppress(Unauthorised, Forbidden):
            await self._staff.authenticate(self.token(request))
            return True
        return False

    async def note_token(self, token: str, action: str, code: str) -> None:
        """Write down that a token was refused which somebody was given: a customer's, or a colleague's whose session is
        over, once in an hour. One that nobody issued is not: anybody could fill the trail with those."""
        with contextlib.suppress(Unauthorised):
            conversation_id = identity.conversation_of(token, self._session_secret)
            await self._trail.refused_to_a_customer(action, code, conversation_id=conversation_id)
            return
        agent_id = await self._staff.whose(token)
        if agent_id is not None and not await self._trail.refused_lately(agent_id, ENDED):
            await self._trail.refused(agent_id, ENDED, code, route=action)
