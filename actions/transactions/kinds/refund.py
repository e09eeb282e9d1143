"""Money back for an order whose state gives ground for it: lost, damaged, returned, late."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from actions.backend.port import Backend, Order, RefundOrder
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction, day, money
from actions.transactions.orders import choose_order, mention, payload, status_words
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_GROUNDS = frozenset({"lost", "damaged", "returned", "delayed"})


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "refund_request",
        lambda order: order.status in _GROUNDS,
        none_fits=words("refund_none_fits"),
        which=words("which_order"),
    )
    if not isinstance(order, Order):
        return order
    change = RefundOrder(order.id, reason=order.status, amount=_amount(request.slot("amount")))
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, _ways_out(order))
    amount = preview.amount or Decimal("0.00")
    said = money(amount, order.currency)
    question = words("refund_question", amount=said, order=mention(order), day=day(preview.facts["refund_by"]))
    why = f"{words(f'refund_why_{order.status}')} " if order.status in _GROUNDS else ""
    return Proposal(
        change,
        order.id,
        summary=f"Refund {said} for order {order.id} ({status_words(order.status)})",
        question=why + question,
        yes=words("refund_yes", amount=said),
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
            ChoiceOffer(words("label_return_it"), payload("return_item", **named)),
            ChoiceOffer(words("label_damaged_or_wrong"), payload("damaged_or_wrong_item", **named)),
            PERSON,
        ]
    if order.status in {"placed", "packed"}:
        return [ChoiceOffer(words("label_cancel_it"), payload("cancel_order", order_number=order.id)), PERSON]
    return [ChoiceOffer(words("label_where_is_it"), payload("order_status", order_number=order.id)), PERSON]


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    return any(refund.id == effect.receipt and refund.amount == effect.amount for refund in order.refunds)


def done(happened: Happened) -> str:
    effect = happened.effect
    amount = money(effect.amount or Decimal("0.00"), effect.facts["currency"])
    by = day(effect.facts["refund_by"])
    return words("refund_done", amount=amount, order_number=effect.object_ref, day=by, receipt=effect.receipt)


TRANSACTION = Transaction(
    kind="refund",
    title="Refund an order",
    intents=("refund_request",),
    slots=("order_number", "amount"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"nothing_to_refund", "no_grounds", "amount_too_high"}),
)
