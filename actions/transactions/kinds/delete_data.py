"""Ask for the deletion of the account and its data. A senior looks at it first: it cannot be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from actions.backend.account import RequestDeletion
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
)
from actions.words import words


async def prepare(request: Request) -> Prepared:
    change = RequestDeletion()
    try:
        facts = (await request.backend.preview(request.customer_id, change)).facts
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    return Proposal(
        change,
        request.customer_id,
        summary="Delete the customer's account and data",
        question=words("delete_data_question", day=day(facts["due"])),
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    customer = await backend.customer(customer_id)
    mine = [request for request in customer.data_requests if request.wish == "deletion"]
    return any(request.id == happened.effect.receipt for request in mine)


def done(happened: Happened) -> str:
    effect = happened.effect
    return words("delete_data_done", day=day(effect.facts["due"]), receipt=effect.receipt)


def promise(happened: Happened) -> Promise:
    due = datetime.fromisoformat(happened.effect.facts["due"]).replace(hour=23, minute=59, tzinfo=UTC)
    return Promise(f"Delete the customer's account and data ({happened.effect.receipt}).", "privacy", due)


TRANSACTION = Transaction(
    kind="delete_data",
    title="Delete my data",
    intents=("delete_data",),
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"request_open"}),
    promise=promise,
)
