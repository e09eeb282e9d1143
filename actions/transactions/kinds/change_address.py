"""Send an order that is still with us to another place in the same country."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.backend.port import Address, Backend, ChangeAddress, Order
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction
from actions.transactions.orders import ORDER_NUMBER, choose_order, mention, payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_POSTCODE = r"(?:[A-Z]{1,2}-)?(?:\d{4,5}(?:[ -][A-Z]{2})?|\d{3} ?\d{2}|\d{2}-\d{3}|\d{4}-\d{3}|[A-Z]\d{2} ?[A-Z\d]{4})"
_ADDRESS = re.compile(
    rf"(?P<street>[^,\n]*\d[^,\n]*|[^,\n]+\s\d+\w*)\s*[,\n]\s*(?:(?P<post>{_POSTCODE})\s+(?P<city>[^\d,\n]{{2,60}})"
    rf"|(?P<city2>[^\d,\n]{{2,60}}?)[\s,]+(?P<post2>{_POSTCODE}))",
    re.IGNORECASE,
)
_POST_FIRST = re.compile(
    rf"(?P<place>{_POSTCODE}\s+[^\d,\n]{{2,60}}?)\s*[,\n]\s*(?P<street>[^,\n]*\d[^,\n]*)$", re.IGNORECASE
)
_NO_POSTCODE = r"(?!\s+(?!to\b|is\b)[^\W\d_]{2,}[^\d,\n]*(?:,|\n|$))"  # "A-6020 Innsbruck," is a place, not an order
_ORDER = re.compile(ORDER_NUMBER.pattern + _NO_POSTCODE, re.IGNORECASE)
_LEAD = re.compile(
    r"^.*?\b(?:address|it|ship|send|deliver|redirect|order)\b[^\d:]{0,40}?(?:\bto\b|\bis\b|:)\s*:?\s*", re.IGNORECASE
)

_TO = re.compile(r"^[\W_]*(?:to|is)\b\s*:?\s*", re.IGNORECASE)


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "change_address",
        lambda order: order.status in {"placed", "packed"},
        none_fits=words("change_address_none_fits"),
        which=words("change_address_which"),
    )
    if not isinstance(order, Order):
        return order
    address = read_address((request.slot("new_address") or request.text).replace(order.id, ""), order.address.country)
    try:
        await request.backend.preview(request.customer_id, ChangeAddress(order.id, address or order.address))
        if address is None:
            text = words("change_address_ask_new_address", order=mention(order))
            return Ask("new_address", text, known={"order_number": order.id})
    except NotAllowed as refused:
        status = ChoiceOffer(words("label_where_is_it"), payload("order_status", order_number=order.id))
        return TRANSACTION.refuse(refused, [status, PERSON])
    return Proposal(
        ChangeAddress(order.id, address),
        order.id,
        summary=f"Send order {order.id} to {address.one_line()}",
        question=words("change_address_question", order=mention(order), address=address.one_line()),
    )


def read_address(text: str, country: str) -> Address | None:
    """Street with number, then postcode and city in either order; the country stays the order's."""
    text = _TO.sub("", _ORDER.sub("", text).strip())
    swapped = _POST_FIRST.sub(r"\g<street>, \g<place>", text)
    found = _ADDRESS.search(_LEAD.sub("", text, count=1)) or _ADDRESS.search(text) or _ADDRESS.search(swapped)
    if found is None:
        return None
    street = found["street"].strip(" .")
    city = (found["city"] or found["city2"]).strip(" .")
    return Address(street, city, (found["post"] or found["post2"]).upper(), country) if street and city else None


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    order = await backend.order(happened.effect.object_ref, customer_id)
    wanted = happened.change
    return isinstance(wanted, ChangeAddress) and replace(order.address) == wanted.address


def done(happened: Happened) -> str:
    effect = happened.effect
    named = {"order_number": effect.object_ref, "receipt": effect.receipt}
    return words("change_address_done", address=effect.facts["new_address"], **named)


TRANSACTION = Transaction(
    kind="change_address",
    title="Change a delivery address",
    intents=("change_address",),
    slots=("order_number", "new_address"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"already_cancelled", "already_shipped", "bad_address", "other_country"}),
)
