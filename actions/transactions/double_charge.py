"""Give back the second of two charges for one order."""

from __future__ import annotations

from decimal import Decimal

from actions.backend.port import Backend, Order, ReverseDoubleCharge
from actions.backend.rules import second_charge
from actions.errors import NotAllowed
from actions.transactions.declaration import (
    PERSON,
    Happened,
    Prepared,
    Proposal,
    Refusal,
    Request,
    Transaction,
    day,
    money,
)
from actions.transactions.orders import choose_order, mention


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "double_charge",
        lambda order: second_charge(order) is not None or second_charge(order, "authorised") is not None,
        none_fits="I looked at the payments of your orders, and each was charged once. Which one do you mean?",
        which="Which order was charged twice?",
    )
    if not isinstance(order, Order):
        return order
    change = ReverseDoubleCharge(order.id)
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        refusal = TRANSACTION.refuse(refused, [PERSON])
        solved = refused.rule == "second_is_pending"
        return Refusal(refusal.text, refusal.choices, refusal.handoff, solved=solved)
    words = money(preview.amount or Decimal("0.00"), order.currency)
    return Proposal(
        change,
        order.id,
        summary=f"Send back the second charge of {words} for order {order.id}",
        question=f"I see it: order {mention(order)} was charged twice, {words} each time. That was our mistake. I can "
        f"send one {words} back; it should be there by {day(preview.facts['refund_by'])}. Shall I?",
        yes=f"Yes, send {words} back",
        no="No, not now",
        amount=preview.amount,
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    return any(refund.id == effect.receipt and refund.amount == effect.amount for refund in order.refunds)


def done(happened: Happened) -> str:
    effect = happened.effect
    amount = money(effect.amount or Decimal("0.00"), effect.facts["currency"])
    by = day(effect.facts["refund_by"])
    return (
        f"Done: the second charge of {amount} for order {effect.object_ref} is on its way back. It should be on your "
        f"account by {by}. Your reference is {effect.receipt}."
    )


TRANSACTION = Transaction(
    kind="double_charge",
    title="Reverse a double charge",
    intent="double_charge",
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={
        "not_charged_twice": "I looked at the payments of that order, and it was charged once. If your bank shows "
        "something else, a colleague can compare it with you.",
        "second_is_pending": "One of the two amounts is only reserved, not taken. Your bank lets it drop off by "
        "itself, usually within 3–7 working days, and you don't have to do anything.",
        "nothing_to_refund": "The second charge of that order has already gone back to you.",
    },
)
