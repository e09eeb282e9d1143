"""Canned replies over HTTP, for the desk."""

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.canned.rules import may_change
from handoff.canned.service import CannedReplies, NewReply
from handoff.conversations.schemas import Body
from handoff.late_routes import Routes

Shortcut = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
ReplyText = Annotated[
    str, StringConstraints(min_length=1, max_length=4_000), AfterValidator(lambda text: text.replace("\0", ""))
]
Topics = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(max_length=20)]


class CannedIn(Body):
    scope: Literal["personal", "shared"] = "personal"
    shortcut: Shortcut
    title: Title
    text: ReplyText
    topics: Topics = Field(default_factory=list)


class CannedChange(Body):
    shortcut: Shortcut | None = None
    title: Title | None = None
    text: ReplyText | None = None
    topics: Topics | None = None

    @model_validator(mode="after")
    def _something(self) -> "CannedChange":
        if not self.model_dump(exclude_none=True):
            raise ValueError("name a field to change")
        return self


class CannedOut(Body):
    """``mine``: whether the caller may change it. ``topics``: intents and subjects it is suggested for."""

    id: str
    scope: Literal["personal", "shared"]
    shortcut: str
    title: str
    text: str
    topics: list[str]
    uses: int
    updated_at: str
    mine: bool


class CannedList(Body):
    replies: list[CannedOut]


def create_router(canned: CannedReplies, require: Require) -> APIRouter:
    router = Routes(tags=["desk"])
    Agent = Annotated[Principal, Depends(require(*DESK_ROLES, "editor"))]

    def told(row: sa.RowMapping, me: Principal) -> CannedOut:
        fields: dict[str, Any] = {name: row[name] for name in CannedOut.model_fields if name != "mine"}
        return CannedOut(**fields, mine=may_change(row["scope"], row["owner_id"], me.id, me.roles))

    @router.get("/canned-replies")
    async def list_canned_replies(me: Agent) -> CannedList:
        return CannedList(replies=[told(row, me) for row in await canned.visible(me)])

    @router.post("/canned-replies", status_code=201)
    async def create_canned_reply(me: Agent, body: CannedIn) -> CannedOut:
        reply = NewReply(body.scope, body.shortcut, body.title, body.text, tuple(body.topics))
        return told(await canned.create(me, reply), me)

    @router.patch("/canned-replies/{reply_id}")
    async def change_canned_reply(reply_id: str, me: Agent, body: CannedChange) -> CannedOut:
        return told(await canned.change(me, reply_id, **body.model_dump(exclude_none=True)), me)

    @router.delete("/canned-replies/{reply_id}", status_code=204)
    async def delete_canned_reply(reply_id: str, me: Agent) -> None:
        await canned.delete(me, reply_id)

    @router.post("/canned-replies/{reply_id}/used", status_code=204)
    async def note_canned_reply_used(reply_id: str, me: Agent) -> None:
        """Counted when it is put into a reply, so that those used most come first."""
        await canned.count_use(me, reply_id)

    return router
