"""Cancel an order that has not left the warehouse."""

from __future__ import annotations

from decimal import Decimal

from actions.backend.port import Backend, CancelOrder, Order, Preview
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction, day, money
from actions.transactions.orders import choose_order, mention, payload
from handoff.contract.turn import ChoiceOffer


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "cancel_order",
        lambda order: order.status in {"placed", "packed"},
        none_fits="None of your orders can still be cancelled: they have all left our warehouse.",
        which="Which order shall I cancel?",
    )
    if not isinstance(order, Order):
        return order
    change = CancelOrder(order.id)
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, _ways_out(order))
    return Proposal(
        change,
        order.id,
        summary=f"Cancel order {mention(order)}, {money(order.total, order.currency)}",
        question=f"I can cancel order {mention(order)} for you. {_money_words(preview, order.currency)}Shall I?",
        yes="Yes, cancel it",
        no="No, keep it",
        amount=preview.amount,
    )


def _ways_out(order: Order) -> list[ChoiceOffer]:
    ways = [ChoiceOffer("Where is it?", payload("order_status", order_number=order.id))]
    if order.status == "delivered":
        ways = [ChoiceOffer("Return it", payload("return_item", order_number=order.id))]
    return [*ways, PERSON]


def _money_words(preview: Preview, currency: str) -> str:
    words = ""
    if preview.amount is not None and preview.amount > 0:
        words += f"{money(preview.amount, currency)} goes back to you by {day(preview.facts['refund_by'])}. "
    if "released" in preview.facts:
        released = money(Decimal(preview.facts["released"]), currency)
        days = preview.facts["release_days"]
        words += f"Nothing was charged yet: the {released} held on your card drops off within {days} working days. "
    return words


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    paid_back = not effect.amount or any(refund.id == effect.receipt for refund in order.refunds)
    return order.status == "cancelled" and paid_back


def done(happened: Happened) -> str:
    effect, facts = happened.effect, happened.effect.facts
    money_line = ""
    if effect.amount:
        money_line = f" {effect.amount:.2f} {facts.get('currency', '')} is going back to you and should be there by "
        money_line += f"{day(facts['refund_by'])}."
    if "released" in facts:
        money_line += f" The reservation of {facts['released']} {facts['currency']} drops off within "
        money_line += f"{facts['release_days']} working days."
    return f"Done: order {effect.object_ref} is cancelled.{money_line} Your reference is {effect.receipt}."


TRANSACTION = Transaction(
    kind="cancel_order",
    title="Cancel an order",
    intent="cancel_order",
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={
        "already_cancelled": "That order is cancelled already, so there is nothing left to do.",
        "already_shipped": (
            "That order has already left our warehouse, so I can't stop it any more. You can refuse the parcel at the "
            "door, free of charge, or send it back once it is there."
        ),
    },
    declined="All right, your order stays as it is.",
)
