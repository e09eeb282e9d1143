"""Ask for a copy of everything that we hold about the customer."""

from __future__ import annotations

from datetime import UTC, datetime

from actions.backend.account import RequestDataCopy
from actions.backend.port import Backend
from actions.errors import NotAllowed
from actions.transactions.declaration import (
    PERSON,
    Happened,
    Prepared,
    Promise,
    Proposal,
    Request,
    Transaction,
    day,
    veiled,
)
from actions.words import words


async def prepare(request: Request) -> Prepared:
    change = RequestDataCopy()
    try:
        facts = (await request.backend.preview(request.customer_id, change)).facts
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    return Proposal(
        change,
        request.customer_id,
        summary="Send the customer a copy of their data",
        question=words("data_copy_question", day=day(facts["due"]), email=veiled(facts["email"])),
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    customer = await backend.customer(customer_id)
    mine = [request for request in customer.data_requests if request.wish == "copy"]
    return any(request.id == happened.effect.receipt for request in mine)


def done(happened: Happened) -> str:
    effect = happened.effect
    return words("data_copy_done", day=day(effect.facts["due"]), receipt=effect.receipt)


def promise(happened: Happened) -> Promise:
    due = datetime.fromisoformat(happened.effect.facts["due"]).replace(hour=23, minute=59, tzinfo=UTC)
    return Promise(f"Send the customer their data ({happened.effect.receipt}).", "privacy", due)


TRANSACTION = Transaction(
    kind="data_copy",
    title="A copy of my data",
    intents=("data_copy",),
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"request_open"}),
    promise=promise,
)
