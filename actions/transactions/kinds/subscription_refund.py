"""Give back what was charged for a subscription after it had ended."""

from __future__ import annotations

from decimal import Decimal

from actions.backend.account import RefundCharge
from actions.backend.port import Backend
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction, day, money
from actions.transactions.orders import payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer


async def prepare(request: Request) -> Prepared:
    change = RefundCharge()
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        end = payload("subscription_change", subscription_action="cancel")
        ways = [ChoiceOffer(words("subscription_label_cancel"), end)] if refused.rule == "not_cancelled" else []
        return TRANSACTION.refuse(refused, [*ways, PERSON])
    facts = preview.facts
    amount = money(preview.amount or Decimal("0.00"), facts["currency"])
    return Proposal(
        change,
        request.customer_id,
        summary=f"Send back {amount} charged after the subscription had ended",
        question=words(
            "subscription_refund_question", amount=amount, charged=day(facts["charged_on"]), day=day(facts["refund_by"])
        ),
        yes=words("subscription_refund_yes", amount=amount),
        amount=preview.amount,
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    current = (await backend.customer(customer_id)).subscription
    charge = happened.effect.facts["charge"]
    return current is not None and any(each.id == charge and each.status == "refunded" for each in current.charges)


def done(happened: Happened) -> str:
    effect = happened.effect
    amount = money(effect.amount or Decimal("0.00"), effect.facts["currency"])
    return words("subscription_refund_done", amount=amount, day=day(effect.facts["refund_by"]), receipt=effect.receipt)


TRANSACTION = Transaction(
    kind="subscription_refund",
    title="Refund a charge after the end",
    intents=("charged_after_cancel",),
    slots=(),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"not_cancelled", "not_charged_after", "charge_announced"}),
    recovery=lambda _: "charged_after_cancel",
)
