"""The agents' side over HTTP; see DESIGN part 4."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Accepted, Body, Cause, ClientMessageId, Note, Text
from handoff.queue.approvals import ApprovalService
from handoff.queue.service import QueueService
from handoff.queue.turn_view import TurnView, TurnViewer


class HandoffItem(Body):
    handoff_id: str
    conversation_id: str
    state: str
    reason: str
    priority: int
    queue: str
    customer_id: str | None
    customer_name: str | None
    problem: str
    waiting_since: str
    accepted_by: str | None
    owner: str
    epoch: int


class QueueCounts(Body):
    waiting: int
    mine: int


class Queue(Body):
    waiting: list[HandoffItem]
    mine: list[HandoffItem]
    counts: QueueCounts


class HandoffDetail(Body):
    handoff_id: str
    conversation_id: str
    state: str
    owner: str
    epoch: int
    reason: str
    packet: dict[str, Any]
    events: list[dict[str, Any]]


class PacketPart(Body):
    part: str
    items: list[Any] | dict[str, Any]


class AgentMessage(Body):
    client_message_id: ClientMessageId
    text: Text


class NewNote(Body):
    text: Text


class Transfer(Body):
    queue: Literal["support", "specialist", "senior"]
    note: Note | None = None


class Return(Body):
    note: Note | None = None


class Close(Body):
    outcome: Literal["resolved", "unresolved", "declined_by_policy", "no_reply", "spam"]
    cause: Cause
    packet_enough: bool | None = None
    packet_missing: Note | None = None


class Decision(Body):
    decision: Literal["approved", "declined"]


def create_router(queue: QueueService, approvals: ApprovalService, viewer: TurnViewer, require: Require) -> APIRouter:
    router = APIRouter(tags=["desk"])
    Agent = Annotated[Principal, Depends(require(*DESK_ROLES))]
    Lead = Annotated[Principal, Depends(require("lead", "admin"))]
    Reader = Annotated[Principal, Depends(require(*DESK_ROLES, "qa"))]

    @router.get("/queue")
    async def list_queue(me: Agent) -> Queue:
        found = await queue.listing(me)
        counts = QueueCounts(waiting=len(found["waiting"]), mine=len(found["mine"]))
        return Queue.model_validate({**found, "counts": counts})

    @router.get("/handoffs/{handoff_id}")
    async def view(handoff_id: str, _me: Agent) -> HandoffDetail:
        return HandoffDetail(**vars(await queue.view(handoff_id)))

    @router.get("/handoffs/{handoff_id}/packet/{part}")
    async def packet_part(handoff_id: str, part: str, _me: Agent) -> PacketPart:
        """A part of the packet without the size cap, as its ``overflow`` refers to it."""
        return PacketPart(part=part, items=await queue.packet_part(handoff_id, part))

    @router.post("/handoffs/{handoff_id}/accept")
    async def accept(handoff_id: str, me: Agent) -> HandoffDetail:
        await queue.accept(handoff_id, me)
        return HandoffDetail(**vars(await queue.view(handoff_id)))

    @router.post("/handoffs/{handoff_id}/messages", status_code=202)
    async def send(handoff_id: str, me: Agent, body: AgentMessage) -> Accepted:
        return Accepted(seq=await queue.send(handoff_id, me, body.client_message_id, body.text))

    @router.post("/handoffs/{handoff_id}/notes", status_code=202)
    async def add_note(handoff_id: str, me: Agent, body: NewNote) -> Accepted:
        return Accepted(seq=await queue.add_note(handoff_id, me, body.text))

    @router.post("/handoffs/{handoff_id}/transfer", status_code=204)
    async def transfer(handoff_id: str, me: Agent, body: Transfer) -> None:
        await queue.transfer(handoff_id, me, body.queue, body.note)

    @router.post("/handoffs/{handoff_id}/return", status_code=204)
    async def return_to_bot(handoff_id: str, me: Agent, body: Return) -> None:
        await queue.return_to_bot(handoff_id, me, body.note)

    @router.post("/handoffs/{handoff_id}/close", status_code=204)
    async def close(handoff_id: str, me: Agent, body: Close) -> None:
        await queue.close(handoff_id, me, **body.model_dump())

    @router.post("/approvals/{approval_id}", status_code=204)
    async def decide(approval_id: str, me: Lead, body: Decision) -> None:
        await approvals.decide(approval_id, me, body.decision)

    @router.get("/conversations/{conversation_id}/turns/{seq}")
    async def turn(conversation_id: str, seq: int, _me: Reader) -> TurnView:
        return await viewer.view(conversation_id, seq)

    return router
