"""What only the desk needs: the inbox, a customer's past, suggestions, who else is here, and re-ask warnings."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.contract.reask import asked_again, said_already
from handoff.contract.redact import for_staff
from handoff.conversations.log import find, read_whole
from handoff.conversations.schemas import Body, Text
from handoff.core import Core
from handoff.desk.customers import Customers, History, conversation_of
from handoff.desk.inbox import Inbox
from handoff.desk.suggestions import Suggester, Suggestions
from handoff.desk.viewers import Viewer, Viewers
from handoff.gateway.hub import Watching
from handoff.late_routes import Routes
from handoff.ports import Ports

Search = Annotated[str, Query(min_length=2, max_length=200)]
Question = Annotated[str | None, Query(max_length=2_000)]


class InboxItem(Body):
    """``customer_seq``: the customer's newest message, for what is unread. ``waiting_since``: the first wait, which
    transfers and hand-backs keep. ``due_at``: when the first answer is due; ``answer_by``: when the owner owes a word,
    ``their_turn``: the customer has written since a person last did. ``offered_until``: where the reader has the offer.
    """

    handoff_id: str
    conversation_id: str
    state: str
    reason: str
    priority: int
    queue: str
    customer_id: str | None
    customer_name: str | None
    locale: str
    problem: str
    waiting_since: str
    accepted_by: str | None
    owner: str
    epoch: int
    due_at: str | None
    ended_at: str | None
    outcome: str | None
    customer_seq: int
    customer_at: str | None
    answer_by: str | None
    their_turn: bool
    offered_until: str | None


class InboxOut(Body):
    """``answer_within``: seconds in which an owner answers what a customer writes."""

    open: list[InboxItem]
    total: int
    answer_within: float


class InboxItems(Body):
    items: list[InboxItem]


class Transcript(Body):
    conversation_id: str
    events: list[dict[str, Any]]


class StaffRead(Body):
    at: str
    what: str
    agent_id: str
    name: str | None


class StaffReads(Body):
    reads: list[StaffRead]


class Looking(Body):
    typing: bool = False


class ViewersOut(Body):
    viewers: list[Viewer]


class Draft(Body):
    text: Text


class Reask(Body):
    """What the draft asks for although it is known; ``seq`` 0 means that it is on record, or came with
    the sign-in; 1 that it stands in the form before the chat."""

    subject: Literal["order_number", "email", "phone", "name", "problem"]
    value: str
    seq: int = Field(ge=0)


class Reasks(Body):
    reasks: list[Reask]


MaySee = Callable[[str, Principal], Awaitable[None]]
"""Raises where a hand-over is another department's."""


def create_router(
    core: Core,
    inbox: Inbox,
    customers: Customers,
    suggester: Suggester,
    viewers: Viewers,
    require: Require,
    may_see: MaySee,
    ports: Ports,
) -> APIRouter:
    router = Routes(tags=["desk"])
    Agent = Annotated[Principal, Depends(require(*DESK_ROLES))]
    Looker = Annotated[Principal, Depends(require(*DESK_ROLES, unasked=True))]
    Auditor = Annotated[Principal, Depends(require("lead", "admin", "qa"))]

    async def seen(handoff_id: str, me: Looker) -> str:
        await may_see(handoff_id, me)
        return handoff_id

    Handoff = Annotated[str, Depends(seen)]

    async def conversation(handoff_id: str) -> str:
        return await core.database.read(lambda connection: conversation_of(connection, handoff_id))

    @router.get("/desk/inbox", response_model=InboxOut)
    async def read_inbox(me: Agent) -> Response:
        # Validated and written once, not twice over: every screen reads this whenever the line moves.
        made = InboxOut.model_validate(await inbox.open(me))
        return Response(made.model_dump_json(), media_type="application/json")

    @router.get("/desk/closed")
    async def list_closed(me: Agent) -> InboxItems:
        return InboxItems(items=[InboxItem(**item) for item in await inbox.closed(me)])

    @router.get("/desk/search")
    async def search_handoffs(me: Agent, q: Search) -> InboxItems:
        return InboxItems(items=[InboxItem(**item) for item in await inbox.search(q, me)])

    @router.get("/handoffs/{handoff_id}/history")
    async def handoff_history(handoff_id: Handoff, me: Agent) -> History:
        """The customer's earlier conversations and issues. That it was read is written down."""
        return await customers.history(handoff_id, me)

    @router.get("/handoffs/{handoff_id}/history/{conversation_id}")
    async def past_transcript(handoff_id: Handoff, conversation_id: str, me: Agent) -> Transcript:
        """One of those conversations, whole. That it was read is written down."""
        events = await customers.transcript(handoff_id, conversation_id, me)
        return Transcript(conversation_id=conversation_id, events=events)

    @router.get("/handoffs/{handoff_id}/reads")
    async def list_reads(handoff_id: str, _me: Auditor) -> StaffReads:
        """Who of the staff read this conversation or its customer's past."""
        return StaffReads(reads=[StaffRead(**row) for row in await customers.reads(handoff_id)])

    @router.get("/handoffs/{handoff_id}/suggestions")
    async def list_suggestions(handoff_id: Handoff, me: Agent, q: Question = None) -> Suggestions:
        return await suggester.suggest(handoff_id, me, q)

    @router.post("/handoffs/{handoff_id}/reasks")
    async def find_reasks(handoff_id: Handoff, _me: Agent, body: Draft) -> Reasks:
        """What a draft asks the customer again. Nothing is stored."""

        here = await core.database.read(lambda c: find(c, conversation_of(c, handoff_id)))
        address = await ports.address_on_record(here.customer_id, here.verification)
        events = await core.database.read(lambda c: for_staff(read_whole(c, here.id)))
        known = said_already(events, email=address, name=here.customer_name)
        return Reasks(reasks=[Reask(**each._asdict()) for each in asked_again(body.text, known)])

    @router.put("/handoffs/{handoff_id}/viewing")
    async def note_viewing(handoff_id: Handoff, me: Looker, body: Looking) -> ViewersOut:
        """I am here, and maybe writing; say so again every ten seconds. The answer names everybody who is."""
        conversation_id = await conversation(handoff_id)
        here = await viewers.look(conversation_id, me, typing=body.typing)
        core.hub.tell_desk(Watching(conversation_id, tuple(here)))
        return ViewersOut(viewers=here)

    @router.delete("/handoffs/{handoff_id}/viewing", status_code=204)
    async def end_viewing(handoff_id: Handoff, me: Looker) -> None:
        conversation_id = await conversation(handoff_id)
        core.hub.tell_desk(Watching(conversation_id, tuple(await viewers.leave(conversation_id, me))))

    return router
