"""Mail a link for a new password to the address in the account, and to no other."""

from __future__ import annotations

from actions.backend.port import Backend, SendPasswordReset
from actions.transactions.declaration import Happened, Prepared, Proposal, Request, Transaction, veiled
from actions.words import words


async def prepare(request: Request) -> Prepared:
    change = SendPasswordReset()
    preview = await request.backend.preview(request.customer_id, change)
    return Proposal(
        change,
        request.customer_id,
        summary="Mail a link for a new password",
        question=words(
            "password_reset_question", email=veiled(preview.facts["email"]), minutes=preview.facts["minutes"]
        ),
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    return await backend.mail_was_sent(customer_id, happened.effect.key)


def done(happened: Happened) -> str:
    facts = happened.effect.facts
    named = {"email": veiled(facts["email"]), "receipt": happened.effect.receipt}
    return words("password_reset_done", minutes=facts["minutes"], **named)


TRANSACTION = Transaction(
    kind="password_reset",
    title="Reset a password",
    intents=("password_reset",),
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
)
