"""Cancel an order that has not left the warehouse."""

from __future__ import annotations

from decimal import Decimal

from actions.backend.port import Backend, CancelOrder, Order, Preview
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
from actions.transactions.orders import choose_order, mention, payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "cancel_order",
        lambda order: order.status in {"placed", "packed"},
        none_fits=words("cancel_order_none_fits"),
        which=words("cancel_order_which"),
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
        question=_question(order, preview),
        amount=preview.amount,
    )


def _ways_out(order: Order) -> list[ChoiceOffer]:
    named = {"order_number": order.id}
    if order.status == "delivered":
        return [ChoiceOffer(words("label_return_it"), payload("return_item", **named)), PERSON]
    return [ChoiceOffer(words("label_where_is_it"), payload("order_status", **named)), PERSON]


def _question(order: Order, preview: Preview) -> str:
    facts, order_words = preview.facts, mention(order)
    if preview.amount is not None and preview.amount > 0:
        amount, by = money(preview.amount, order.currency), day(facts["refund_by"])
        asked = words("cancel_order_question_paid", order=order_words, amount=amount, day=by)
        return f"{gift_card_note(facts)} {asked}".strip()
    if "released" in facts:
        amount = money(Decimal(facts["released"]), order.currency)
        return words("cancel_order_question_held", order=order_words, amount=amount, days=facts["release_days"])
    return words("cancel_order_question", order=order_words)


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    paid_back = not effect.amount or any(refund.id == effect.receipt for refund in order.refunds)
    return order.status == "cancelled" and paid_back


def done(happened: Happened) -> str:
    effect, facts = happened.effect, happened.effect.facts
    named = {"order_number": effect.object_ref, "receipt": effect.receipt}
    if effect.amount:
        amount = money(effect.amount, facts["currency"])
        told = words("cancel_order_done_paid", amount=amount, day=day(facts["refund_by"]), **named)
        return f"{told} {gift_card_note(facts)}".strip()
    if "released" in facts:
        amount = money(Decimal(facts["released"]), facts["currency"])
        return words("cancel_order_done_held", amount=amount, days=facts["release_days"], **named)
    return words("cancel_order_done", **named)


TRANSACTION = Transaction(
    kind="cancel_order",
    title="Cancel an order",
    intents=("cancel_order",),
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"already_cancelled", "already_shipped"}),
    recoveries={"already_shipped": "cancel_too_late"},
)
