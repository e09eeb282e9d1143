"""Open a return: number, label by mail, and the date until which the parcel should be dropped off."""

from __future__ import annotations

import re
from decimal import Decimal

from actions.backend.port import Backend, OpenReturn, Order
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction, day, money
from actions.transactions.orders import choose_order, item_words, mention, only_best, payload
from handoff.contract.turn import ChoiceOffer

EVERYTHING = "all"
_ALL = re.compile(r"\b(?:everything|all of (?:it|them)|both|the (?:whole|entire|complete) order)\b", re.IGNORECASE)


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "return_item",
        lambda order: order.status == "delivered",
        none_fits="I don't see a delivered order that could go back.",
        which="Which order would you like to send back?",
    )
    if not isinstance(order, Order):
        return order
    sku = _named_item(request, order)
    try:
        if sku is None:  # ask which item only where a return is possible at all
            await request.backend.preview(request.customer_id, OpenReturn(order.id))
            return _ask_item(order)
        change = OpenReturn(order.id, None if sku == EVERYTHING else sku, request.slot("reason"))
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    facts = preview.facts
    fee = Decimal(facts["label_fee"])
    label = f"The label costs {money(fee, order.currency)}, which we take off" if fee else "The label is free"
    unopened = " It needs to be unopened." if facts["unopened_only"] else ""
    back = money(preview.amount or Decimal("0.00"), order.currency)
    return Proposal(
        change,
        order.id,
        summary=f"Return from order {order.id}: {facts['items']}",
        question=f"You'd send back {facts['items']} from order {order.id}. {label}, so {back} comes back to you once "
        f"it has reached us.{unopened} Shall I open the return and mail you the label?",
        yes="Yes, send the label",
        no="No, I'll keep it",
        amount=preview.amount,
    )


def _named_item(request: Request, order: Order) -> str | None:
    if len(order.lines) == 1:
        return order.lines[0].sku
    wanted = request.slot("item").lower()
    if wanted == EVERYTHING or _ALL.search(request.text):
        return EVERYTHING
    said = item_words(f"{wanted} {request.text}")
    exact = [line for line in order.lines if line.sku.lower() == wanted]
    named = exact[0] if exact else only_best(order.lines, lambda line: len(item_words(line.name) & said))
    return named.sku if named else None


def _ask_item(order: Order) -> Ask:
    named = {"order_number": order.id}
    choices = [ChoiceOffer(line.name, payload("return_item", item=line.sku, **named)) for line in order.lines[:4]]
    everything = ChoiceOffer("Everything", payload("return_item", item=EVERYTHING, **named))
    return Ask("item", f"What would you like to send back from order {mention(order)}?", [*choices, everything], named)


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    opened = any(case.id == effect.receipt and case.kind == "return" for case in order.cases)
    return opened and await backend.mail_was_sent(customer_id, effect.key)


def done(happened: Happened) -> str:
    effect = happened.effect
    return (
        f"Done: your return {effect.receipt} is open for {effect.facts['items']}. The label is in your mail at "
        f"{effect.facts['email']}. Please drop the parcel off by {day(effect.facts['drop_off_by'])}."
    )


TRANSACTION = Transaction(
    kind="return_item",
    title="Return an item",
    intent="return_item",
    slots=("order_number", "item", "reason"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={
        "return_open": "A return is already open for that order, so there's nothing more to do than send it.",
        "not_delivered": "That order hasn't been delivered, so there is nothing to send back yet. You can also refuse "
        "the parcel at the door, free of charge.",
        "return_window_over": "The time for sending that order back ended on {until}. If something is wrong with the "
        "item itself, the warranty may still help, or a colleague can have a look.",
        "final_sale": "That item can't come back by post (fuel is not allowed in a parcel). A colleague can tell you "
        "the way for it.",
    },
    declined="All right, no return. Enjoy it!",
)
