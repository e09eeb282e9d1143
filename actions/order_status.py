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
from actions.words import words
from handoff.contract.turn import ChoiceOffer

OPEN = frozenset({"placed", "packed", "shipped", "in_transit", "out_for_delivery", "delayed", "lost", "damaged"})
STILL_MISSED = timedelta(days=30)
"""How long after its day a refund may still be missed; later nobody who asks is waiting for it."""


def is_open(order: Order) -> bool:
    """Still on somebody's mind: on its way, or gone wrong and not settled."""
    return order.status in OPEN or order.status == "return_in_transit"


def status_reply(order: Order, now: datetime) -> Reply:
    """``complete`` where the state is good news or final; a late, lost or damaged order comes with ways on."""
    text = _WORDS[order.status](order, now)
    overdue = order.status in {"shipped", "in_transit", "out_for_delivery"} and _overdue(order, now)
    if overdue:
        text = _joined(text, words("status_overdue"))
    choices = _choices(order, overdue=overdue)
    return say(text, choices, read_from=[order.id], complete=not choices, order_number=order.id, awaiting=None)


def late_notice(order: Order, now: datetime) -> str | None:
    """What may be said before anybody asks: that the order is late, and its day. ``None`` where it is not."""
    overdue = order.status in {"shipped", "in_transit", "out_for_delivery"} and _overdue(order, now)
    if order.status != "delayed" and not overdue:
        return None
    return _joined(words("status_delayed", order=_named(order)), _due(order, now))


def awaits_return(order: Order) -> bool:
    """A return is open, and nothing of it has arrived yet."""
    return order.status == "delivered" and any(one.kind == "return" and one.status == "open" for one in order.cases)


def refund_reply(order: Order, now: datetime) -> Reply:
    """Where the money is: sent with its date, or not sent and why not yet. One that is overdue can be looked for."""
    named, ways = _named(order), []
    if order.refunds:
        text = words("refund_of", order=named, refund=_refund_words(order))
        if timedelta(0) < now - order.refunds[-1].expected_by < STILL_MISSED:
            trace = payload("refund_not_arrived", order_number=order.id)
            ways = [ChoiceOffer(words("label_bank_looks"), trace), PERSON]
    elif order.status == "return_in_transit" or awaits_return(order):
        text = words("refund_after_return", order=named)
    else:
        text = words("refund_return_here" if order.status == "returned" else "refund_none", order=named)
        ask = payload("refund_request", order_number=order.id)
        ways = [ChoiceOffer(words("label_ask_refund"), ask), PERSON]
    return say(text, ways, read_from=[order.id], complete=not ways, order_number=order.id, awaiting=None)


def _choices(order: Order, *, overdue: bool) -> list[ChoiceOffer]:
    named = {"order_number": order.id}
    if order.status in {"lost", "damaged"}:
        return [ChoiceOffer(words("label_money_back"), payload("refund_request", **named)), PERSON]
    if order.status == "delayed" or overdue:
        look = payload("missing_parcel", problem="late", **named)
        return [ChoiceOffer(words("label_look_for_it"), look), PERSON]
    return []


def _overdue(order: Order, now: datetime) -> bool:
    return order.eta is not None and order.eta.date() < now.date()


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _named(order: Order) -> str:
    """``A-1042 (Regenwand rain jacket and 2 × Merino hiking socks)``"""
    names = [line.name if line.quantity == 1 else f"{line.quantity} × {line.name}" for line in order.lines]
    items = names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
    return f"{order.id} ({items})"


def _when(order: Order, now: datetime) -> str:
    """The end of a sentence, with the day that the shop names."""
    if order.eta is None:
        return ""
    days = (order.eta.date() - now.date()).days
    if days == 0:
        return words("when_today")
    if days == 1:
        return words("when_tomorrow", day=day(order.eta))
    return words("when_by" if days > 0 else "when_was_due", day=day(order.eta))


def _carrier(order: Order) -> str:
    tracking = f" (tracking number {order.tracking})" if order.tracking else ""
    return f"{order.carrier or 'the carrier'}{tracking}"


def _last_scan(order: Order, now: datetime) -> str:
    if not order.events:
        return ""
    event = order.events[-1]
    ago = (now.date() - event.at.date()).days
    when = {0: "today", 1: "yesterday"}.get(ago, day(event.at))
    return words("status_last_scan", when=when, event=f"{event.text[:1].lower()}{event.text[1:]}")


def _placed(order: Order, now: datetime) -> str:
    return words("status_placed", order=_named(order), when=_when(order, now))


def _packed(order: Order, now: datetime) -> str:
    return words("status_packed", order=_named(order), carrier=order.carrier or "the carrier", when=_when(order, now))


def _on_its_way(order: Order, now: datetime) -> str:
    if order.parcels:
        return _several(order)
    text = words("status_on_its_way", order=_named(order), carrier=_carrier(order), when=_when(order, now))
    return _joined(text, _last_scan(order, now))


def _several(order: Order) -> str:
    rows = [words("status_parcels", order_number=order.id, count=len(order.parcels))]
    for parcel in order.parcels:
        where = status_words(parcel.status)
        if parcel.status == "delivered" and parcel.delivered_at:
            where += f" on {day(parcel.delivered_at)}"
        elif parcel.eta:
            where += f", due {day(parcel.eta)}"
        tracking = f" ({parcel.carrier} {parcel.tracking})" if parcel.tracking else ""
        rows.append(f"• {parcel.items}: {where}{tracking}")
    return "\n".join(rows)


def _out(order: Order, now: datetime) -> str:
    text = words("status_out_for_delivery", order=_named(order), carrier=_carrier(order))
    return _joined(text, _last_scan(order, now))


def _delivered(order: Order, now: datetime) -> str:
    if order.delivered_at is None:
        return words("status_delivered_sometime", order=_named(order))
    ago, last = now - order.delivered_at, _last_scan(order, now)
    if ago < timedelta(days=1) and order.delivered_at.date() == now.date():
        return _joined(words("status_delivered_today", order=_named(order)), last)
    text = words("status_delivered", order=_named(order), day=day(order.delivered_at))
    return _joined(text, last if ago < timedelta(days=14) else "")


def _delayed(order: Order, now: datetime) -> str:
    text = words("status_delayed", order=_named(order))
    return _joined(text, _due(order, now), _last_scan(order, now), words("status_delayed_help"))


def _due(order: Order, now: datetime) -> str:
    if order.eta is None:
        return ""
    return words("status_was_due" if _overdue(order, now) else "status_expected", day=day(order.eta))


def _lost(order: Order, now: datetime) -> str:
    ways = words("status_lost_help", amount=money(order.total, order.currency))
    return _joined(words("status_lost", order=_named(order)), _last_scan(order, now), ways)


def _damaged(order: Order, now: datetime) -> str:
    text = words("status_damaged", order=_named(order))
    return _joined(text, _last_scan(order, now), words("status_damaged_help"))


def _cancelled(order: Order, now: datetime) -> str:  # noqa: ARG001 - one signature for all
    return _joined(words("status_cancelled", order=_named(order)), _refund_words(order))


def _returned(order: Order, now: datetime) -> str:
    refund = _refund_words(order) or words("status_returned_unpaid")
    return _joined(words("status_returned", order=_named(order)), _last_scan(order, now), refund)


def _refunded(order: Order, now: datetime) -> str:  # noqa: ARG001 - one signature for all
    return _joined(words("status_refunded", order=_named(order)), _refund_words(order))


def _returning(order: Order, now: datetime) -> str:
    return _joined(words("status_return_in_transit", order=_named(order)), _last_scan(order, now))


def _refund_words(order: Order) -> str:
    if not order.refunds:
        return ""
    last = order.refunds[-1]
    sent = {"amount": money(last.amount, order.currency), "day": day(last.at)}
    if last.status == "settled":
        return words("refund_settled", **sent)
    return words("refund_on_its_way", due=day(last.expected_by), **sent)


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
