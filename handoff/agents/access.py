"""Who of the staff may call what. A bearer token, or the desk's cookie together with our own Origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from handoff.agents.service import Principal, StaffService
from handoff.conversations.access import bearer
from handoff.errors import Forbidden, Unauthorised

COOKIE = "frontdesk_session"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
DESK_ROLES = ("agent", "senior", "lead", "admin")


def staff_token(request: HTTPConnection) -> str:
    """The caller's token. A cookie counts for an unsafe method only when the request comes from our own pages."""
    if "authorization" in request.headers:
        return bearer(request.headers["authorization"])
    token = request.cookies.get(COOKIE)
    if not token:
        raise Unauthorised("token_missing", "Please sign in.")
    if request.scope.get("method", "GET") not in SAFE_METHODS and not same_origin(request):
        raise Forbidden("foreign_origin", "This request does not come from the desk.")
    return token


def same_origin(request: HTTPConnection) -> bool:
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


class Require:
    """Makes FastAPI dependencies: ``require("agent", "lead")`` gives the principal or 401 / 403."""

    def __init__(self, staff: StaffService) -> None:
        self._staff = staff

    def __call__(self, *roles: str) -> Callable[[Request], Awaitable[Principal]]:
        async def principal(request: Request) -> Principal:
            found = await self._staff.authenticate(staff_token(request))
            if roles and not set(roles) & set(found.roles):
                raise Forbidden("role_missing", "Your role does not include this.", wanted=list(roles))
            return found

        return principal
