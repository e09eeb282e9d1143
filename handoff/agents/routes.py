"""The staff's sign-in and presence."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from handoff.agents import passwords
from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.audit import MOST, AuditTrail
from handoff.agents.presence import Presence, State
from handoff.agents.service import CHANGES_OWN, Principal, StaffService
from handoff.conversations.schemas import Body
from handoff.errors import FrontdeskError
from handoff.late_routes import Routes
from handoff.limits import RateLimit
from handoff.schemes import COOKIE
from handoff.settings import HandoffSettings

FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 30


class SignIn(Body):
    email: str = Field(max_length=254)
    password: str = Field(max_length=1024)


class SignedIn(Body):
    token: str
    roles: list[str]
    expires_at: str


class Me(Body):
    id: str
    email: str
    name: str
    roles: list[str]
    expires_at: str


class OwnPassword(Body):
    current: str = Field(max_length=1024)
    new: str = Field(max_length=1024)


class ChosenPresence(Body):
    state: State


class AuditEntry(Body):
    """``outcome`` is ``done`` or ``refused``; ``code`` says why. ``agent_id`` is absent where a customer tried."""

    id: int
    at: str
    agent_id: str | None
    agent_name: str | None
    action: str
    outcome: Literal["done", "refused"]
    code: str | None
    conversation_id: str | None
    object_id: str | None
    request_id: str
    detail: dict[str, Any]


class Audit(Body):
    entries: list[AuditEntry]


def create_router(
    staff: StaffService,
    presence: Presence,
    trail: AuditTrail,
    require: Require,
    limit: RateLimit,
    settings: HandoffSettings,
    rights_changed: Callable[[str], None],
) -> APIRouter:
    """``rights_changed`` makes open sockets of an agent look up whether their session goes on."""
    router = Routes(tags=["staff"])
    Anyone = Annotated[Principal, Depends(require())]
    Agent = Annotated[Principal, Depends(require("agent", "senior", "lead", "admin"))]

    Lead = Annotated[Principal, Depends(require("lead", "admin"))]

    async def count_a_try(email: str, request: Request) -> list[str]:
        """Before the password is looked at, so that many tries at once are not all let through. Raises ``TooMany``."""
        counted = [
            ("account", email.strip().lower(), FAILURES_PER_ACCOUNT),
            ("address", request.client.host if request.client else "", FAILURES_PER_ADDRESS),
        ]
        return [await limit.take(f"sign_in_{name}", subject, most) for name, subject, most in counted]

    @router.post("/session")
    async def sign_in(body: SignIn, request: Request, response: Response) -> SignedIn:
        taken = await count_a_try(body.email, request)
        session = await staff.sign_in(body.email, body.password)
        for counter in taken:
            await limit.give_back(counter)
        response.set_cookie(
            COOKIE,
            session.token,
            max_age=int(settings.staff_session_life.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=settings.secure_cookies,
        )
        who = session.principal
        if set(who.roles) & set(DESK_ROLES):
            await presence.signed_in(who.id)
        return SignedIn(token=session.token, roles=list(who.roles), expires_at=who.expires_at)

    @router.get("/session")
    async def who_am_i(me: Anyone) -> Me:
        return Me(id=me.id, email=me.email, name=me.name, roles=list(me.roles), expires_at=me.expires_at)

    @router.delete("/session", status_code=204)
    async def sign_out(request: Request, response: Response, me: Anyone) -> None:
        await staff.sign_out(require.token(request))
        await presence.signed_out(me.id)
        rights_changed(me.id)
        response.delete_cookie(COOKIE)

    @router.put("/agents/me/password", status_code=204)
    async def change_password(me: Anyone, body: OwnPassword, request: Request) -> None:
        """One's own; every other session of one's ends. Wrong current ones count as failed sign-ins. 422 with the
        ``field``: ``wrong_password``, ``password_too_short``, ``password_too_long``, ``password_too_simple``,
        ``password_unchanged``; 409 ``password_changed``."""
        passwords.check_chosen(body.new, body.current, me.name, me.email)
        taken = await count_a_try(me.email, request)
        try:
            await staff.change_password(me, body.current, body.new, require.token(request))
        except FrontdeskError as refusal:
            await trail.refused(me.id, CHANGES_OWN, refusal.code, object_id=me.id)
            raise
        for counter in taken:
            await limit.give_back(counter)
        rights_changed(me.id)

    @router.put("/agents/me/presence", status_code=204)
    async def choose_presence(me: Agent, body: ChosenPresence) -> None:
        """``offline`` lasts until they choose again or sign in: reading and working do not bring them back."""
        await presence.choose(me.id, body.state)

    @router.get("/audit")
    async def audit_trail(
        _me: Lead,
        agent_id: str | None = None,
        conversation_id: str | None = None,
        outcome: Literal["done", "refused"] | None = None,
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Audit:
        """What staff did and what was refused, newest first. ``before``: the last id of the page before."""
        found = await trail.read(
            agent_id=agent_id, conversation_id=conversation_id, outcome=outcome, before=before, limit=limit
        )
        return Audit(entries=[AuditEntry(**entry) for entry in found])

    return router
