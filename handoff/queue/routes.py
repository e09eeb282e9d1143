"""The agents' side over HTTP; see DESIGN part 4."""

from typing import Annotated, Any, Literal, Self, get_args

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Accepted, Body, Cause, ClientMessageId, Note, Text
from handoff.late_routes import Routes
from handoff.mail.told import Shown
from handoff.ports import Ports, recovery_signs
from handoff.queue.approvals import ApprovalService
from handoff.queue.plan import Queue as Queues
from handoff.queue.service import QueueService
from handoff.queue.turn_view import TurnView, TurnViewer
from handoff.translation.rules import foreign

Outcome = Literal["resolved", "unresolved", "declined_by_policy", "no_reply", "spam"]


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
    waited_seconds: int
    due_at: str | None
    answered: bool
    late: bool
    answer_by: str | None
    their_turn: bool
    message_left: bool
    accepted_by: str | None
    offered_to_me: bool
    offer_expires_at: str | None
    may_take: bool
    has_room: bool
    fit: int
    department: str | None
    topic: str | None
    skills: list[str]
    language: str
    weight: int
    owner: str
    epoch: int


class QueueCounts(Body):
    """``for_me``: what I may take. ``late``: past the time of the first answer. ``promises_due``: soon or late."""

    waiting: int
    mine: int
    for_me: int
    offered: int
    late: int
    by_queue: dict[str, int]
    by_department: dict[str, int]
    promises_due: int


class Queue(Body):
    """``waiting`` in the order in which it is to be taken. ``load`` and ``capacity`` are in weights."""

    waiting: list[HandoffItem]
    mine: list[HandoffItem]
    counts: QueueCounts
    presence: Literal["online", "away", "offline"]
    load: int
    capacity: int


class Colleague(Body):
    id: str
    name: str
    roles: list[str]
    departments: list[str]
    skills: list[str]
    languages: list[str]
    presence: Literal["online", "away", "offline"]
    load: int
    capacity: int


class Colleagues(Body):
    agents: list[Colleague]


class RecoveryStep(Body):
    """What to do for somebody whom we failed in this way; ``person`` is the next step of whoever helps.
    ``named`` is false where nobody told of the failure and the wish only makes it likely."""

    code: str
    failure: str
    named: bool
    person: str
    remedies: list[str]
    follow_up: str | None
    owner: str | None


class DeskWords(Body):
    """What a closing and a transfer may name."""

    outcomes: list[str]
    causes: list[str]
    queues: list[str]
    departments: list[str]


class Mail(Body):
    """An answer that leaves by e-mail. ``seqs``: the messages in it. ``told``: how it stands, and what to do."""

    mail_id: str
    seqs: list[int]
    state: Shown
    told: str
    error: str | None
    attempts: int
    next_at: str | None
    sent_at: str | None


class InOtherLanguages(Body):
    """Messages (``seqs``) in none of the reader's languages. ``into``: the reader's first language. ``model``: who
    could translate them, null where no language model is configured."""

    seqs: list[int]
    into: str
    model: str | None


class HandoffDetail(Body):
    handoff_id: str
    conversation_id: str
    state: str
    owner: str
    epoch: int
    reason: str
    packet: dict[str, Any]
    events: list[dict[str, Any]]
    recovery: list[RecoveryStep]
    mails: list[Mail]
    in_other_languages: InOtherLanguages


class Summary(Body):
    """The four lines. ``worded``: which of them are in the words of ``model``; the others are the rules' own."""

    problem: str
    tried: str
    wants: str
    next_best_action: str
    worded: list[str]
    model: str | None


class PacketPart(Body):
    part: str
    items: list[Any] | dict[str, Any]


class AgentMessage(Body):
    client_message_id: ClientMessageId
    text: Text


class NewNote(Body):
    text: Text


class Transfer(Body):
    """To a queue, a department's people, or a colleague (``agent_id``); at least one of them."""

    queue: Queues | None = None
    department: str | None = Field(default=None, max_length=48)
    agent_id: str | None = Field(default=None, max_length=64)
    note: Note | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.queue is None and self.department is None and self.agent_id is None:
            raise ValueError("name a queue, a department or a colleague")
        return self


class Return(Body):
    note: Note | None = None


class Close(Body):
    """``cause_code`` is one of ``GET /desk``'s causes; without one, ``cause`` counts if it is one, else ``other``.
    ``article_missing``: the question that no article answers."""

    outcome: Outcome
    cause: Cause
    cause_code: str | None = Field(default=None, max_length=32)
    packet_enough: bool | None = None
    packet_missing: Note | None = None
    article_missing: Cause | None = None


class Decision(Body):
    decision: Literal["approved", "declined"]


class Approval(Body):
    """``needs_role``: the lowest role that may decide, where ``may_decide`` is false. ``agreed``: the customer said yes
    already. ``handoff_id``: the conversation's newest hand-over."""

    approval_id: str
    conversation_id: str
    handoff_id: str | None
    customer_name: str | None
    operation_id: str
    kind: str
    summary: str
    object_ref: str
    amount: str | None
    agreed: bool
    requested_at: str
    may_decide: bool
    needs_role: str | None


class Approvals(Body):
    approvals: list[Approval]


def create_router(
    queue: QueueService, approvals: ApprovalService, viewer: TurnViewer, ports: Ports, require: Require
) -> APIRouter:
    router = Routes(tags=["desk"])
    Agent = Annotated[Principal, Depends(require(*DESK_ROLES))]
    Reader = Annotated[Principal, Depends(require(*DESK_ROLES, "qa"))]

    @router.get("/queue")
    async def list_queue(me: Agent) -> Queue:
        return Queue.model_validate(await queue.listing(me))

    @router.get("/desk")
    async def desk_words(_me: Agent) -> DeskWords:
        plan = queue.plan
        return DeskWords(
            outcomes=list(get_args(Outcome)),
            causes=plan.causes,
            queues=list(plan.queues),
            departments=list(plan.departments),
        )

    @router.get("/agents")
    async def list_colleagues(_me: Agent) -> Colleagues:
        """Who works at the desk: whom a conversation can be passed to."""
        found = [{name: person[name] for name in Colleague.model_fields} for person in await queue.colleagues()]
        return Colleagues.model_validate({"agents": found})

    async def detail(handoff_id: str, me: Principal) -> HandoffDetail:
        found = await queue.view(handoff_id)
        recovery = [RecoveryStep(**vars(step)) for step in ports.recovery_for(recovery_signs(found.packet))]
        others = InOtherLanguages(
            seqs=[message.seq for message in foreign(found.events, ports.language_of, me.languages)],
            into=me.languages[0],
            model=ports.translator.name if ports.translator else None,
        )
        return HandoffDetail(**vars(found), recovery=recovery, in_other_languages=others)

    @router.get("/handoffs/{handoff_id}")
    async def view_handoff(handoff_id: str, me: Agent) -> HandoffDetail:
        """That somebody read it who does not have it is written down, once in a quarter of an hour."""
        await queue.look(handoff_id, me)
        return await detail(handoff_id, me)

    @router.get("/handoffs/{handoff_id}/summary")
    async def handoff_summary(handoff_id: str, me: Agent) -> Summary:
        """As in the packet, but in a language model's words where one is configured and the log carries them."""
        await queue.look(handoff_id, me)
        packet = (await queue.view(handoff_id)).packet
        lines = {name: packet["summary"][name] for name in ("problem", "tried", "wants", "next_best_action")}
        worded = await ports.word_summary(packet)
        return Summary(**{**lines, **worded.lines}, worded=sorted(worded.lines), model=worded.model)

    @router.get("/handoffs/{handoff_id}/packet/{part}")
    async def packet_part(handoff_id: str, part: str, me: Agent) -> PacketPart:
        """A part of the packet without the size cap, as its ``overflow`` refers to it."""
        await queue.look(handoff_id, me)
        return PacketPart(part=part, items=await queue.packet_part(handoff_id, part))

    @router.post("/handoffs/{handoff_id}/accept")
    async def accept_handoff(handoff_id: str, me: Agent) -> HandoffDetail:
        await queue.accept(handoff_id, me)
        return await detail(handoff_id, me)

    @router.post("/handoffs/{handoff_id}/decline", status_code=204)
    async def decline_handoff(handoff_id: str, me: Agent) -> None:
        """Pass an offer by; the next colleague gets it."""
        await queue.decline(handoff_id, me)

    @router.post("/handoffs/{handoff_id}/messages", status_code=202)
    async def send_agent_message(handoff_id: str, me: Agent, body: AgentMessage) -> Accepted:
        return Accepted(seq=await queue.send(handoff_id, me, body.client_message_id, body.text))

    @router.post("/handoffs/{handoff_id}/mails/{mail_id}/again", status_code=204)
    async def send_mail_again(handoff_id: str, mail_id: str, me: Agent) -> None:
        """Try a mail once more that failed: to the newest address that the customer left."""
        await queue.mail_again(handoff_id, mail_id, me)

    @router.post("/handoffs/{handoff_id}/notes", status_code=202)
    async def add_note(handoff_id: str, me: Agent, body: NewNote) -> Accepted:
        return Accepted(seq=await queue.add_note(handoff_id, me, body.text))

    @router.post("/handoffs/{handoff_id}/transfer", status_code=204)
    async def transfer_handoff(handoff_id: str, me: Agent, body: Transfer) -> None:
        await queue.transfer(
            handoff_id, me, queue=body.queue, department=body.department, to_agent=body.agent_id, note=body.note
        )

    @router.post("/handoffs/{handoff_id}/return", status_code=204)
    async def return_to_bot(handoff_id: str, me: Agent, body: Return) -> None:
        await queue.return_to_bot(handoff_id, me, body.note)

    @router.post("/handoffs/{handoff_id}/close", status_code=204)
    async def close_handoff(handoff_id: str, me: Agent, body: Close) -> None:
        await queue.close(handoff_id, me, **body.model_dump())

    @router.post("/handoffs/{handoff_id}/reopen")
    async def reopen_handoff(handoff_id: str, me: Agent) -> HandoffDetail:
        """Open a closed conversation again, for who had it or a lead. Answers with the hand-over that begins: theirs,
        or waiting where they are away or have no room."""
        return await detail(await queue.reopen(handoff_id, me), me)

    @router.get("/approvals")
    async def list_approvals(me: Agent) -> Approvals:
        found = [{name: item[name] for name in Approval.model_fields} for item in await approvals.listing(me)]
        return Approvals.model_validate({"approvals": found})

    @router.post("/approvals/{approval_id}", status_code=204)
    async def decide_approval(approval_id: str, me: Agent, body: Decision) -> None:
        """Who may decide depends on kind and amount (``over_your_limit``)."""
        await approvals.decide(approval_id, me, body.decision)

    @router.get("/conversations/{conversation_id}/turns/{seq}")
    async def view_turn(conversation_id: str, seq: int, me: Reader) -> TurnView:
        await queue.may_read(conversation_id, me)
        return await viewer.view(conversation_id, seq)

    return router
