"""Give back the second of two charges for one order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from actions.backend.port import Backend, Order, ReverseDoubleCharge
from actions.backend.rules import second_charge
from actions.errors import NotAllowed
from actions.transactions.declaration import (
    PERSON,
    Happened,
    Prepared,
    Proposal,
    Request,
    Transaction,
    day,
    gift_card_note,
    money,
)
from actions.transactions.orders import choose_order, mention
from actions.words import words


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "double_charge",
        lambda order: second_charge(order) is not None or second_charge(order, "authorised") is not None,
        none_fits=words("double_charge_none_fits"),
        ask=True,
        which=words("double_charge_which"),
    )
    if not isinstance(order, Order):
        return order
    change = ReverseDoubleCharge(order.id)
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        refusal = TRANSACTION.refuse(refused, [PERSON])
        return replace(refusal, solved=refused.rule == "second_is_pending")
    amount = money(preview.amount or Decimal("0.00"), order.currency)
    asked = words("double_charge_question", order=mention(order), amount=amount, day=day(preview.facts["refund_by"]))
    return Proposal(
        change,
        order.id,
        summary=f"Send back the second charge of {amount} for order {order.id}",
        question=f"{gift_card_note(preview.facts)} {asked}".strip(),
        yes=words("double_charge_yes", amount=amount),
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
    told = words("double_charge_done", amount=amount, order_number=effect.object_ref, day=by, receipt=effect.receipt)
    return f"{told} {gift_card_note(effect.facts)}".strip()


TRANSACTION = Transaction(
    kind="double_charge",
    title="Reverse a double charge",
    intents=("double_charge",),
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"not_charged_twice", "second_is_pending", "nothing_to_refund"}),
    recovery=lambda _: "double_charge",
)
