"""Open an account that too many wrong passwords have locked."""

from __future__ import annotations

from actions.backend.account import UnlockAccount
from actions.backend.port import Backend
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction
from actions.transactions.orders import payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer


async def prepare(request: Request) -> Prepared:
    change = UnlockAccount()
    try:
        await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        new_password = ChoiceOffer(words("label_new_password"), payload("password_reset"))
        return TRANSACTION.refuse(refused, [new_password, PERSON])
    return Proposal(
        change, request.customer_id, summary="Unlock the account", question=words("unlock_account_question")
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    customer = await backend.customer(customer_id)
    return customer.locked_until is None or customer.locked_until <= happened.effect.at


def done(happened: Happened) -> str:
    return words("unlock_account_done", receipt=happened.effect.receipt)


TRANSACTION = Transaction(
    kind="unlock_account",
    title="Unlock an account",
    intents=("unlock_account",),
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"not_locked"}),
    recovery=lambda _: "account_locked",
)
