"""Mail a link under which the customer enters another card themselves. Card data never belongs in the chat."""

from __future__ import annotations

import re

from stdnum import luhn

from actions.backend.account import SendPaymentLink
from actions.backend.port import Backend
from actions.transactions.declaration import Happened, Prepared, Proposal, Request, Transaction, veiled
from actions.words import words

_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


async def prepare(request: Request) -> Prepared:
    change = SendPaymentLink()
    facts = (await request.backend.preview(request.customer_id, change)).facts
    warning = f"{words('payment_method_no_card')} " if holds_card(request.text) else ""
    question = words("payment_method_question", email=veiled(facts["email"]), minutes=facts["minutes"])
    return Proposal(
        change, request.customer_id, summary="Mail a link for another payment method", question=warning + question
    )


def holds_card(text: str) -> bool:
    """Whether somebody wrote what looks like a card number (13 to 19 digits with the right check digit)."""
    return any(luhn.is_valid(re.sub(r"\D", "", found)) for found in _DIGITS.findall(text))


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    return await backend.mail_was_sent(customer_id, happened.effect.key)


def done(happened: Happened) -> str:
    facts, receipt = happened.effect.facts, happened.effect.receipt
    return words("payment_method_done", email=veiled(facts["email"]), minutes=facts["minutes"], receipt=receipt)


TRANSACTION = Transaction(
    kind="payment_method",
    title="Change the payment method",
    intents=("payment_method",),
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
)
