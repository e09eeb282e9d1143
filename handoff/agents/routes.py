"""The staff's sign-in and presence."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from handoff.agents.access import COOKIE, Require, staff_token
from handoff.agents.service import Principal, StaffService
from handoff.conversations.schemas import Body
from handoff.limits import RateLimit
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


class Presence(Body):
    state: Literal["online", "away"]


def create_router(staff: StaffService, require: Require, limit: RateLimit, settings: HandoffSettings) -> APIRouter:
    router = APIRouter(tags=["staff"])
    Anyone = Annotated[Principal, Depends(require())]
    Agent = Annotated[Principal, Depends(require("agent", "senior", "lead", "admin"))]

    @router.post("/session")
    async def sign_in(body: SignIn, request: Request, response: Response) -> SignedIn:
        counted = [
            ("account", body.email.strip().lower(), FAILURES_PER_ACCOUNT),
            ("address", request.client.host if request.client else "", FAILURES_PER_ADDRESS),
        ]
        # Counted before the password is looked at, so that many tries at once are not all let through.
        taken = [await limit.take(f"sign_in_{name}", subject, most) for name, subject, most in counted]
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
        return SignedIn(token=session.token, roles=list(who.roles), expires_at=who.expires_at)

    @router.get("/session")
    async def who_am_i(me: Anyone) -> Me:
        return Me(id=me.id, email=me.email, name=me.name, roles=list(me.roles), expires_at=me.expires_at)

    @router.delete("/session", status_code=204)
    async def sign_out(request: Request, response: Response, me: Anyone) -> None:
        await staff.sign_out(staff_token(request))
        await staff.set_presence(me.id, "away")
        response.delete_cookie(COOKIE)

    @router.put("/agents/me/presence", status_code=204)
    async def presence(me: Agent, body: Presence) -> None:
        await staff.set_presence(me.id, body.state)

    return router
