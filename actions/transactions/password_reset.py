"""Mail a link for a new password to the address in the account, and to no other."""

from __future__ import annotations

from actions.backend.port import Backend, SendPasswordReset
from actions.transactions.declaration import Happened, Prepared, Proposal, Request, Transaction


async def prepare(request: Request) -> Prepared:
    change = SendPasswordReset()
    preview = await request.backend.preview(request.customer_id, change)
    return Proposal(
        change,
        request.customer_id,
        summary="Mail a link for a new password",
        question=f"Shall I send a link for a new password to {_veiled(preview.facts['email'])}? "
        f"It works for {preview.facts['minutes']} minutes.",
        yes="Yes, send the link",
        no="No, thanks",
    )


def _veiled(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    return await backend.mail_was_sent(customer_id, happened.effect.key)


def done(happened: Happened) -> str:
    facts = happened.effect.facts
    return (
        f"The link is on its way to {_veiled(facts['email'])} and works for {facts['minutes']} minutes. "
        "If it isn't there in a few minutes, have a look in the spam folder."
    )


TRANSACTION = Transaction(
    kind="password_reset",
    title="Reset a password",
    intent="password_reset",
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
    declined="All right, your password stays as it is.",
)
