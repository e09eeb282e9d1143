"""Promises over HTTP: what the desk owes customers, who keeps it, and until when."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Body, Note
from handoff.episodes.promise_service import PromiseService
from handoff.late_routes import Routes
from handoff.queue.service import QueueService


class Promise(Body):
    """``state``: ``due_soon`` within the warning time, ``late`` past ``due_at``. ``owner``: an agent's id or a team.
    ``handoff_id``: the conversation's newest hand-over."""

    promise_id: str
    conversation_id: str
    handoff_id: str | None
    episode_id: str | None
    customer_name: str | None
    text: str
    owner: str
    made_by: str | None
    due_at: str
    state: Literal["open", "due_soon", "late", "kept"]
    operation_id: str | None
    kept_at: str | None
    kept_by: str | None
    proof: str | None


class Promises(Body):
    promises: list[Promise]


class NewPromise(Body):
    """``due_at``: RFC 3339 with its time zone. ``owner``: an agent's id or ``team:<name>``; absent: who promises."""

    text: Annotated[str, Field(min_length=3, max_length=500)]
    due_at: str = Field(max_length=40)
    owner: str | None = Field(default=None, max_length=96, pattern=r"^(agt_[A-Za-z0-9_-]+|team:[a-z_]+)$")


class Made(Body):
    promise_id: str


class Proof(Body):
    proof: Note


def create_router(queue: QueueService, promises: PromiseService, require: Require) -> APIRouter:
    router = Routes(tags=["desk"])
    Agent = Annotated[Principal, Depends(require(*DESK_ROLES))]
    Reader = Annotated[Principal, Depends(require(*DESK_ROLES, "qa"))]

    @router.get("/promises")
    async def list_promises(
        me: Reader,
        state: Literal["open", "due_soon", "late", "kept"] | None = None,
        owner: str | None = None,
        conversation_id: str | None = None,
    ) -> Promises:
        """Soonest due first. ``open`` includes those that are due soon or late, and so does no state at all."""
        found = await promises.listing(me, state=state, owner=owner, conversation_id=conversation_id)
        return Promises(promises=[Promise(**{name: item[name] for name in Promise.model_fields}) for item in found])

    @router.post("/handoffs/{handoff_id}/promises", status_code=201)
    async def make_promise(handoff_id: str, me: Agent, body: NewPromise) -> Made:
        """In a conversation of one's own. The event tells the customer."""
        return Made(promise_id=await queue.promise(handoff_id, me, body.text, body.due_at, body.owner))

    @router.post("/promises/{promise_id}/keep", status_code=204)
    async def keep_promise(promise_id: str, me: Agent, body: Proof) -> None:
        """``proof``: where it can be seen, such as a receipt or the sentence that was written."""
        await promises.keep(promise_id, me, body.proof)

    return router
