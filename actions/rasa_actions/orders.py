"""Where is my order, and where is my money?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.backend.port import Order
from actions.context import Turn
from actions.desk import Desk
from actions.identity import identify
from actions.order_status import awaits_return, is_open, refund_reply, status_reply
from actions.rasa_actions.base import DeskAction
from actions.reply import Reply, say
from actions.transactions.catalogue import TRANSACTIONS
from actions.transactions.declaration import PERSON
from actions.transactions.orders import (
    NOT_THIS,
    find_own,
    means_all,
    means_another,
    means_others,
    normal_number,
    not_found,
    number_meant,
    order_choices,
)
from actions.transactions.texts import NOTHING_OPEN
from actions.words import words

ORDER_STATUS, REFUND_STATUS = "order_status", "refund_status"


class OrderStatus(DeskAction):
    action_name = "action_order_status"

    async def answer(self, turn: Turn) -> Reply:
        asked = _asked(turn)
        turn, corrected = other_order(turn)
        turn, said = await identify(turn, self.desk.backend, self.desk.verifier)
        if not turn.verified:
            wish = {"transaction": REFUND_STATUS if asked == REFUND_STATUS else None}
            return Reply(slots=NOTHING_OPEN | wish) + corrected + said
        answered = await order_status(self.desk, turn, asked)
        if answered.slots.get("awaiting"):
            return Reply(slots=NOTHING_OPEN) + corrected + said + answered
        if turn.slots.get("question_open") and (
            turn.value("operation_id") or turn.value("transaction") in TRANSACTIONS
        ):
            return said + _beside(turn, answered)
        if turn.value("operation_id"):
            return said + corrected + answered  # what is with a colleague stays there
        return Reply(slots=NOTHING_OPEN) + corrected + said + answered


def _beside(turn: Turn, answered: Reply) -> Reply:
    """An aside: what was asked or proposed still waits, and the talk is about its order again, whichever was named."""
    kept = {name: value for name, value in answered.slots.items() if name not in {"awaiting", "transaction"}}
    about = turn.value("about_order") or None
    return replace(answered, slots=kept | {"order_number": about, "about_order": about})


def _asked(turn: Turn) -> str:
    """What the customer wants to know: an order number alone answers the question that was asked before."""
    if turn.intent != REFUND_STATUS and turn.value("transaction") == REFUND_STATUS and turn.intent != ORDER_STATUS:
        return REFUND_STATUS
    return turn.intent


def other_order(turn: Turn) -> tuple[Turn, Reply]:
    """Where the customer says that it is another order, the one spoken of so far is forgotten."""
    spoken_of = turn.value("order_number")
    if not turn.verified and "email" in turn.fresh:  # "send me another one" is about the code
        return turn, Reply()
    if not spoken_of or "order_number" in turn.fresh:
        return turn, Reply()
    if means_all(turn.text):
        return turn.without("order_number"), Reply(slots={"order_number": None})
    if not (means_another(turn.text) or means_others(turn.text)):
        return turn, Reply()
    return turn.without("order_number").knowing(**{NOT_THIS: spoken_of}), Reply(slots={"order_number": None})


async def order_status(desk: Desk, turn: Turn, asked: str) -> Reply:
    """The one order that is meant, or a question with choices. A refund's state is told where that is ``asked``."""
    customer_id, number = turn.context.customer_id or "", turn.value("order_number")
    if asked == REFUND_STATUS:
        return await refund_status(desk, turn)
    number = await number_meant(desk.backend, customer_id, turn.text, number)
    if number:
        order = await find_own(desk.backend, customer_id, number)
        if order is not None:
            return status_reply(order, desk.now())
        refusal = not_found(normal_number(number), await desk.backend.orders(customer_id), "order_status")
        return say(refusal.text, refusal.choices, order_number=None, awaiting="order_number")
    waiting = [order for order in await _orders(desk, turn) if is_open(order)]
    listed = means_others(turn.text) or means_all(turn.text)
    return status_reply(waiting[0], desk.now()) if len(waiting) == 1 and not listed else await offer_orders(desk, turn)


async def refund_status(desk: Desk, turn: Turn) -> Reply:
    """The named order's refund, else the newest one, else the choice of orders."""
    customer_id = turn.context.customer_id or ""
    number = await number_meant(desk.backend, customer_id, turn.text, turn.value("order_number"))
    if number:
        order = await find_own(desk.backend, customer_id, number)
        if order is None:
            refusal = not_found(normal_number(number), await desk.backend.orders(customer_id), "refund_status")
            ask = say(refusal.text, refusal.choices, order_number=None, awaiting="order_number")
            return ask + Reply(slots={"transaction": REFUND_STATUS})
        return refund_reply(order, desk.now())
    orders = await _orders(desk, turn)
    coming = {"returned", "return_in_transit"}
    concerned = [order for order in orders if order.refunds or order.status in coming or awaits_return(order)]
    if len(concerned) == 1:
        return refund_reply(concerned[0], desk.now())
    if not orders:
        return say(words("no_orders"), [PERSON], awaiting=None)
    choices = order_choices(concerned or orders, REFUND_STATUS)
    return say(words("which_refund"), choices, awaiting="order_number", transaction=REFUND_STATUS)


async def _orders(desk: Desk, turn: Turn) -> Sequence[Order]:
    """The customer's orders, without the one that they have just said is not meant."""
    orders = await desk.backend.orders(turn.context.customer_id or "")
    return [order for order in orders if order.id != turn.value(NOT_THIS)] or orders


async def offer_orders(desk: Desk, turn: Turn) -> Reply:
    """Those on their way, where there are any; where the others or all were asked for, these, open ones first."""
    orders = sorted(await _orders(desk, turn), key=lambda order: not is_open(order))
    waiting = [order for order in orders if is_open(order)]
    if not orders:
        return say(words("no_orders"), [PERSON], awaiting=None)
    if means_all(turn.text):
        which = "all_orders"
    elif means_others(turn.text):
        which = "which_other_order"
    else:
        which, orders = ("which_open_order", waiting) if waiting else ("which_recent_order", orders)
    return say(words(which), order_choices(orders, ORDER_STATUS), awaiting="order_number")
