"""The staff's accounts over HTTP, for administrators."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field, model_validator

from handoff.agents.access import Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Body
from handoff.late_routes import Routes
from handoff.team.rules import Account
from handoff.team.service import Team

# Only what a request may hold at all; what an account may say has sentences of its own (``rules.checked``).
Line = Annotated[str, Field(max_length=400)]
Words = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)]
Number = Annotated[int, Field(ge=-(2**31), lt=2**31)]


class NewColleague(Body):
    """``roles``: ``senior`` is how experienced an agent is. ``capacity``: in weights, 0 takes nothing."""

    name: Line
    email: Line
    roles: Words
    departments: Words = Field(default_factory=list)
    skills: Words = Field(default_factory=list)
    languages: Words = Field(default_factory=lambda: ["en"])
    capacity: Number = 4


class ColleagueChange(Body):
    """``version``: of the account as it was read. Fields that are named change; ``active`` false switches it off."""

    version: Number
    name: Line | None = None
    email: Line | None = None
    roles: Words | None = None
    departments: Words | None = None
    skills: Words | None = None
    languages: Words | None = None
    capacity: Number | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> "ColleagueChange":
        if not self.model_dump(exclude_none=True, exclude={"version"}):
            raise ValueError("name a field to change")
        return self


class Member(Body):
    """``load`` and ``capacity`` in weights."""

    id: str
    version: int
    name: str
    email: str
    roles: list[str]
    departments: list[str]
    skills: list[str]
    languages: list[str]
    capacity: int
    active: bool
    load: int


class MemberHere(Member):
    presence: Literal["online", "away", "offline"]


class TeamOut(Body):
    """``roles``, ``departments`` and ``skills``: what there is to choose from; a skill may be another word, too."""

    people: list[MemberHere]
    roles: list[str]
    departments: list[str]
    skills: list[str]


class AddedMember(Body):
    """The password is shown here and never again."""

    person: Member
    password: str


class NewPassword(Body):
    """Shown here and never again."""

    password: str


def create_router(team: Team, require: Require) -> APIRouter:
    router = Routes(prefix="/team", tags=["team"])
    Admin = Annotated[Principal, Depends(require("admin"))]

    @router.get("")
    async def list_team(_me: Admin) -> TeamOut:
        return TeamOut.model_validate(await team.listing())

    @router.post("", status_code=201)
    async def add_colleague(me: Admin, body: NewColleague) -> AddedMember:
        """409 ``email_taken``; 422 with the ``field`` that is wrong."""
        person, password = await team.add(me, Account(**_values(body)))
        return AddedMember(person=Member(**person), password=password)

    @router.patch("/{agent_id}")
    async def change_colleague(agent_id: str, me: Admin, body: ColleagueChange) -> Member:
        """409 ``edit_conflict`` where somebody else was first, with the account as it is now; ``last_admin``,
        ``not_yourself``, ``email_taken``. Switching off ends sessions and sockets; what they had waits again."""
        return Member(**await team.change(me, agent_id, body.version, _values(body)))

    @router.post("/{agent_id}/password")
    async def give_new_password(agent_id: str, me: Admin, request: Request) -> NewPassword:
        """Makes a new one; every other session of that person ends."""
        return NewPassword(password=await team.new_password(me, agent_id, require.token(request)))

    return router


def _values(body: Body) -> dict[str, Any]:
    """The fields that are named, lists as the rules hold them."""
    given = body.model_dump(exclude_none=True, exclude={"version"})
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
