"""Money back for an order whose state gives ground for it: lost, damaged, returned, late."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from actions.backend.port import Backend, Order, RefundOrder
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction, day, money
from actions.transactions.orders import choose_order, mention, payload, status_words
from handoff.contract.turn import ChoiceOffer

_GROUNDS = frozenset({"lost", "damaged", "returned", "delayed"})
_WHY = {
    "lost": "The carrier lost it, and that is ours to put right. ",
    "damaged": "It arrived damaged, and that is ours to put right. ",
    "returned": "Your return has reached our warehouse. ",
    "delayed": "It's late, so the delivery cost comes back to you. ",
}


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "refund_request",
        lambda order: order.status in _GROUNDS,
        none_fits="I don't see an order that a refund is due for. Which one do you mean?",
        which="Which order is it about?",
    )
    if not isinstance(order, Order):
        return order
    change = RefundOrder(order.id, reason=order.status, amount=_amount(request.slot("amount")))
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, _ways_out(order))
    amount = preview.amount or Decimal("0.00")
    words = money(amount, order.currency)
    return Proposal(
        change,
        order.id,
        summary=f"Refund {words} for order {order.id} ({status_words(order.status)})",
        question=f"{_WHY.get(order.status, '')}I can send {words} for order {mention(order)} back to the way you "
        f"paid; it should be there by {day(preview.facts['refund_by'])}. Shall I?",
        yes=f"Yes, refund {words}",
        no="No, not now",
        amount=amount,
    )


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text).quantize(Decimal("0.01")) if text else None
    except InvalidOperation:
        return None


def _ways_out(order: Order) -> list[ChoiceOffer]:
    if order.status == "delivered":
        named = {"order_number": order.id}
        return [
            ChoiceOffer("Send it back", payload("return_item", **named)),
            ChoiceOffer("It's damaged or wrong", payload("damaged_or_wrong_item", **named)),
            PERSON,
        ]
    if order.status in {"placed", "packed"}:
        return [ChoiceOffer("Cancel it", payload("cancel_order", order_number=order.id)), PERSON]
    return [ChoiceOffer("Where is it?", payload("order_status", order_number=order.id)), PERSON]


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    return any(refund.id == effect.receipt and refund.amount == effect.amount for refund in order.refunds)


def done(happened: Happened) -> str:
    effect = happened.effect
    amount = money(effect.amount or Decimal("0.00"), effect.facts["currency"])
    by = day(effect.facts["refund_by"])
    return (
        f"Done: {amount} for order {effect.object_ref} is on its way back to you. It should be on your account "
        f"by {by}. Your reference is {effect.receipt}."
    )


TRANSACTION = Transaction(
    kind="refund",
    title="Refund an order",
    intent="refund_request",
    slots=("order_number", "amount"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={
        "nothing_to_refund": "We hold no money for that order any more: what you paid has gone back already, or was "
        "never collected.",
        "no_grounds": "For that order a refund isn't due by itself yet. Tell me what's wrong with it, or choose a way:",
        "amount_too_high": "The most I see due for that order is {due}. Shall we do that, or would you like a person?",
    },
    declined="All right, no refund then. If you change your mind, just say so.",
)
