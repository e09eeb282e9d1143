"""Which order is meant: shared by every transaction that is about one.

A number that is unknown and one that belongs to somebody else get the same words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from actions.backend.port import Backend, Line, Order
from actions.errors import NotFound
from actions.transactions.declaration import PERSON, Ask, Refusal, Request
from actions.transactions.things import named_before, named_now, order_with
from actions.words import words
from handoff.contract.turn import ChoiceOffer

T = TypeVar("T")
MAX_CHOICES = 4
ORDER_NUMBER = re.compile(r"(?<![A-Z0-9])([A-Z])[\s\-–—]?(\d{4})(?!\d)", re.IGNORECASE)
NOT_THIS = "not_this_order"
"""A request's slot: the order that the customer has just said is not the one."""
_OTHER = re.compile(
    r"\b(?:(?:the|my|an?|that|which) )?(?:other|another|different) (?:order|one|parcel|package|delivery)\b"
    r"|\bnot (?:that|this) (?:order|one|parcel)\b|\bwrong order\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\b(?:my|the|any|all|about|are) other (?:orders|parcels|packages|deliveries)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every one|each) (?:of )?(?:my |the |our )?(?:orders|parcels|packages|deliveries)\b|\bevery order\b",
    re.IGNORECASE,
)
_SAID_OF_ALL = frozenset({"order", "with", "from", "free", "month", "card", "down", "wash", "pair"})
_STATUS_WORDS = {
    "placed": "placed",
    "packed": "packed",
    "shipped": "on its way",
    "in_transit": "on its way",
    "out_for_delivery": "arriving today",
    "delivered": "delivered",
    "delayed": "late",
    "lost": "lost by the carrier",
    "damaged": "damaged",
    "cancelled": "cancelled",
    "returned": "back with us",
    "refunded": "refunded",
    "return_in_transit": "on its way back to us",
}


def status_words(status: str) -> str:
    return _STATUS_WORDS.get(status, status.replace("_", " "))


def normal_number(text: str) -> str | None:
    """``A-1042`` for any way of writing an order number that the text holds, else ``None``."""
    found = ORDER_NUMBER.search(text)
    return f"{found.group(1).upper()}-{found.group(2)}" if found else None


def means_another(text: str) -> bool:
    """ "No, the other order": not the one that was spoken of."""
    return _OTHER.search(text) is not None


def means_others(text: str) -> bool:
    """ "What about my other orders?": a list is wanted, without the one spoken of."""
    return _OTHERS.search(text) is not None


def means_all(text: str) -> bool:
    """ "Show me all my orders": a list is wanted, with the one spoken of."""
    return _ALL.search(text) is not None


def payload(intent: str, **entities: str) -> str:
    """What Rasa reads when the choice is taken."""
    return f"/{intent}" + (json.dumps(entities) if entities else "")


def describe(order: Order) -> str:
    """``A-1042 · Regenwand rain jacket and 1 more, on its way``"""
    first, more = order.lines[0].name, len(order.lines) - 1
    items = first + (f" and {more} more" if more else "")
    return f"{order.id} · {items}, {status_words(order.status)}"


def mention(order: Order, line: Line | None = None) -> str:
    """``A-1042 (Regenwand rain jacket and 1 more)``: the order inside a sentence; of it ``line`` alone where it is
    given."""
    if line is not None:
        return f"{order.id} ({line.name})"
    first, more = order.lines[0].name, len(order.lines) - 1
    return f"{order.id} ({first}" + (f" and {more} more)" if more else ")")


def order_choices(orders: Sequence[Order], intent: str) -> list[ChoiceOffer]:
    return [ChoiceOffer(describe(order), payload(intent, order_number=order.id)) for order in orders[:MAX_CHOICES]]


def not_found(number: str | None, orders: Sequence[Order], intent: str) -> Refusal:
    choices = order_choices(orders, intent)
    choose = "_choose" if choices else ""
    if number is None:  # never a customer's own words back
        return Refusal(words(f"order_unreadable{choose}"), [*choices, PERSON])
    return Refusal(words(f"order_not_found{choose}", order_number=number), [*choices, PERSON])


async def find_own(backend: Backend, customer_id: str, number: str) -> Order | None:
    """The customer's own order of that number; where only the digits agree, the one order that has them."""
    try:
        return await backend.order(normal_number(number) or number, customer_id)
    except NotFound:
        digits = re.sub(r"\D", "", number)
        same = [order for order in await backend.orders(customer_id) if digits and order.id.endswith("-" + digits)]
        return same[0] if len(same) == 1 else None


async def choose_order(
    request: Request, intent: str, fits: Callable[[Order], bool], *, none_fits: str, which: str, ask: bool = False
) -> Order | Ask | Refusal:
    """The order that was named; else the only one that fits; else a question with the ones that do. Where ``none_fits``
    asks which one is meant (``ask``), the answer is awaited for this wish."""
    number = request.slot("order_number")
    if request.slot("awaiting") != "new_address":  # an address may hold a word that is also an item's
        number = await number_meant(request.backend, request.customer_id, request.text, number)
    orders = await request.backend.orders(request.customer_id)
    if number:
        found = await find_own(request.backend, request.customer_id, number)
        if found is not None:
            return found
        return not_found(normal_number(number), [order for order in orders if fits(order)] or orders, intent)
    orders = [order for order in orders if order.id != request.slot(NOT_THIS)] or orders
    fitting = [order for order in orders if fits(order)]
    if len(fitting) == 1:
        return fitting[0]
    if named := order_with(fitting, named_now(request) or named_before(request)):
        return named
    if fitting:
        return Ask("order_number", which, order_choices(fitting, intent))
    if not orders:
        return Refusal(words("no_orders"), [PERSON])
    if ask:
        return Ask("order_number", none_fits, [*order_choices(orders, intent), PERSON])
    return Refusal(none_fits, [*order_choices(orders, "order_status"), PERSON])


async def number_meant(backend: Backend, customer_id: str, text: str, number: str) -> str:
    """``number`` where the newest message holds it. One that is only remembered gives way to the order whose item the
    message names, and to a list where it speaks of the others or of all; empty where nothing is meant."""
    if not text or (number and _holds(text, number)):
        return number
    if means_others(text) or means_all(text):
        return ""
    named = named_by_item(await backend.orders(customer_id), text)
    return named.id if named else number


def _holds(text: str, number: str) -> bool:
    return re.sub(r"\D", "", number) in re.sub(r"(?<=\d)[\s-](?=\d)", "", text) or normal_number(text) is not None


def named_by_item(orders: Sequence[Order], text: str) -> Order | None:
    """The one order that holds what the customer's words name ("the fleece one"); ``None`` where none or several do."""
    said = item_words(text)
    return only_best(orders, lambda order: max((len(item_words(line.name) & said) for line in order.lines), default=0))


def only_best(things: Sequence[T], score: Callable[[T], int]) -> T | None:
    """The one with the highest score over 0, ``None`` where two share it."""
    scores = [score(thing) for thing in things]
    best = max(scores, default=0)
    return things[scores.index(best)] if best > 0 and scores.count(best) == 1 else None


def item_words(text: str) -> set[str]:
    """The words of a text that can name a thing, without the plural's s."""
    return {word.rstrip("s") for word in re.findall(r"[^\W\d_]{4,}", text.lower())} - _SAID_OF_ALL
