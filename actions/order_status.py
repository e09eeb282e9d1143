"""What an order's state means to the customer who waits for it, in words, with the next step where one is due.

Only what the shop shows is said: a day is named where the shop names one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from actions.backend.port import Order
from actions.reply import Reply, say
from actions.transactions.declaration import PERSON, day, money
from actions.transactions.orders import payload, status_words
from handoff.contract.turn import ChoiceOffer

OPEN = frozenset({"placed", "packed", "shipped", "in_transit", "out_for_delivery", "delayed", "lost", "damaged"})
_NEEDS_MORE = frozenset({"delayed", "lost", "damaged"})


def is_open(order: Order) -> bool:
    """Still on somebody's mind: on its way, or gone wrong and not settled."""
    return order.status in OPEN or order.status == "return_in_transit"


def status_reply(order: Order, now: datetime) -> Reply:
    """``complete`` where the state is good news or final; a late, lost or damaged order comes with ways on."""
    text = _WORDS[order.status](order, now)
    overdue = order.status in {"shipped", "in_transit", "out_for_delivery"} and _overdue(order, now)
    if overdue:
        text += " It should have been there by then, so I'm happy to have the carrier look for it."
    choices = _choices(order, overdue=overdue)
    return say(text, choices, complete=not choices, order_number=order.id, awaiting=None)


def refund_reply(order: Order) -> Reply:
    """Where the money is: sent with its date, or not sent and why not yet."""
    items = f"order {order.id} ({_items(order)})"
    if order.refunds:
        text = f"For {items}:{_refund_words(order)}"
    elif order.status == "return_in_transit":
        text = f"Your return of {items} is still on its way to us. We refund it within 5 working days of its arrival."
    elif order.status == "returned":
        text = f"Your return of {items} is with us. The refund hasn't been sent yet; that takes up to 5 working days."
    else:
        text = f"I see no refund for {items} yet."
    waiting = not order.refunds and order.status != "return_in_transit"
    ways = (
        [ChoiceOffer("Ask for a refund", payload("refund_request", order_number=order.id)), PERSON] if waiting else []
    )
    return say(text, ways, complete=not waiting, order_number=order.id, awaiting=None)


def _choices(order: Order, *, overdue: bool) -> list[ChoiceOffer]:
    named = {"order_number": order.id}
    if order.status in {"lost", "damaged"}:
        return [ChoiceOffer("I'd like my money back", payload("refund_request", **named)), PERSON]
    if order.status == "delayed" or overdue:
        return [ChoiceOffer("Please look for it", payload("missing_parcel", problem="late", **named)), PERSON]
    return []


def _overdue(order: Order, now: datetime) -> bool:
    return order.eta is not None and order.eta.date() < now.date()


def _items(order: Order) -> str:
    names = [line.name if line.quantity == 1 else f"{line.quantity} × {line.name}" for line in order.lines]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"


def _when(order: Order, now: datetime) -> str:
    if order.eta is None:
        return ""
    days = (order.eta.date() - now.date()).days
    if days == 0:
        return "and should be with you today"
    if days == 1:
        return f"and should be with you tomorrow, {day(order.eta)}"
    return f"and should be with you by {day(order.eta)}" if days > 0 else f"and was due on {day(order.eta)}"


def _carrier(order: Order) -> str:
    tracking = f" (tracking number {order.tracking})" if order.tracking else ""
    return f"{order.carrier}{tracking}" if order.carrier else f"the carrier{tracking}"


def _last_scan(order: Order, now: datetime) -> str:
    if not order.events:
        return ""
    event = order.events[-1]
    ago = (now.date() - event.at.date()).days
    when = {0: "today", 1: "yesterday"}.get(ago, day(event.at))
    return f" Last news, {when}: {event.text[:1].lower()}{event.text[1:]}."


def _placed(order: Order, now: datetime) -> str:
    return f"Order {order.id} ({_items(order)}) is with us and being got ready {_when(order, now)}.".replace("  ", " ")


def _packed(order: Order, now: datetime) -> str:
    return (
        f"Order {order.id} ({_items(order)}) is packed, waits for {order.carrier or 'the carrier'} {_when(order, now)}."
    )


def _on_its_way(order: Order, now: datetime) -> str:
    if order.parcels:
        return _several(order)
    return (
        f"Order {order.id} ({_items(order)}) is on its way with {_carrier(order)} {_when(order, now)}."
        f"{_last_scan(order, now)}"
    )


def _several(order: Order) -> str:
    rows = [f"Order {order.id} comes in {len(order.parcels)} parcels:"]
    for parcel in order.parcels:
        where = status_words(parcel.status)
        if parcel.status == "delivered" and parcel.delivered_at:
            where += f" on {day(parcel.delivered_at)}"
        elif parcel.eta:
            where += f", due {day(parcel.eta)}"
        rows.append(
            f"• {parcel.items}: {where}" + (f" ({parcel.carrier} {parcel.tracking})" if parcel.tracking else "")
        )
    return "\n".join(rows)


def _out(order: Order, now: datetime) -> str:
    last = _last_scan(order, now)
    return f"Good news: order {order.id} ({_items(order)}) is out for delivery with {_carrier(order)}.{last}"


def _delivered(order: Order, now: datetime) -> str:
    if order.delivered_at is None:
        return f"Order {order.id} ({_items(order)}) is marked as delivered."
    ago = now - order.delivered_at
    when = (
        "today"
        if ago < timedelta(days=1) and order.delivered_at.date() == now.date()
        else f"on {day(order.delivered_at)}"
    )
    last = _last_scan(order, now) if ago < timedelta(days=14) else ""
    return f"Order {order.id} ({_items(order)}) was delivered {when}.{last}"


def _delayed(order: Order, now: datetime) -> str:
    due = f" It was due on {day(order.eta)}." if order.eta and _overdue(order, now) else ""
    if order.eta and not _overdue(order, now):
        due = f" It's now expected by {day(order.eta)}."
    last = _last_scan(order, now)
    return f"Order {order.id} ({_items(order)}) is late, and waiting is no fun.{due}{last} What helps you most?"


def _lost(order: Order, now: datetime) -> str:
    return (
        f"Bad news, and it's ours to put right: order {order.id} ({_items(order)}) was lost on the way."
        f"{_last_scan(order, now)} You can have your money back ({money(order.total, order.currency)}), or a colleague "
        "sends it again. Which do you prefer?"
    )


def _damaged(order: Order, now: datetime) -> str:
    return (
        f"Order {order.id} ({_items(order)}) was damaged on the way, and that's ours to put right."
        f"{_last_scan(order, now)} You can have your money back, or a colleague "
        "arranges a replacement. Which do you prefer?"
    )


def _cancelled(order: Order, now: datetime) -> str:  # noqa: ARG001 - one signature for all
    return f"Order {order.id} ({_items(order)}) is cancelled.{_refund_words(order)}"


def _returned(order: Order, now: datetime) -> str:
    arrived = _last_scan(order, now)
    refund = _refund_words(order) or " The refund hasn't been sent yet; that takes up to 5 working days after arrival."
    return f"Your return of order {order.id} ({_items(order)}) has reached us.{arrived}{refund}"


def _refunded(order: Order, now: datetime) -> str:  # noqa: ARG001 - one signature for all
    return f"Order {order.id} ({_items(order)}) is refunded.{_refund_words(order)}"


def _returning(order: Order, now: datetime) -> str:
    return f"Your return of order {order.id} ({_items(order)}) is on its way back to us.{_last_scan(order, now)}"


def _refund_words(order: Order) -> str:
    if not order.refunds:
        return ""
    last = order.refunds[-1]
    sent = f" We sent {money(last.amount, order.currency)} back on {day(last.at)}"
    return (
        f"{sent}." if last.status == "settled" else f"{sent}; it should be on your account by {day(last.expected_by)}."
    )


_WORDS: Mapping[str, Callable[[Order, datetime], str]] = {
    "placed": _placed,
    "packed": _packed,
    "shipped": _on_its_way,
    "in_transit": _on_its_way,
    "out_for_delivery": _out,
    "delivered": _delivered,
    "delayed": _delayed,
    "lost": _lost,
    "damaged": _damaged,
    "cancelled": _cancelled,
    "returned": _returned,
    "refunded": _refunded,
    "return_in_transit": _returning,
}
