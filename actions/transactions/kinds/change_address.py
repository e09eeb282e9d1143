"""Send an order that is still with us to another place in the same country."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.backend.port import Address, Backend, ChangeAddress, Order
from actions.errors import NotAllowed
from actions.transactions.addresses import corrected, read_address
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction
from actions.transactions.orders import ORDER_NUMBER, choose_order, mention, payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_NO_POSTCODE = r"(?!\s+(?!to\b|is\b)[^\W\d_]{2,}[^\d,\n]*(?:,|\n|$))"  # "A-6020 Innsbruck," is a place, not an order
_ORDER = re.compile(ORDER_NUMBER.pattern + _NO_POSTCODE, re.IGNORECASE)


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
    said = (request.slot("new_address") or request.text).replace(order.id, "")
    address = read_new_address(said, order.address.country)
    before = request.before
    if address is None and isinstance(before, ChangeAddress) and before.order_id == order.id:
        address = corrected(before.address, said)
    try:
        await request.backend.preview(request.customer_id, ChangeAddress(order.id, address or order.address))
        if address is None:
            text = words("change_address_ask_new_address", order=mention(order))
            return Ask("new_address", text, known={"order_number": order.id})
    except NotAllowed as refused:
        if refused.rule == "bad_postcode":
            text = words("change_address_bad_postcode", country=refused.data["country"])
            return Ask("new_address", text, known={"order_number": order.id})
        status = ChoiceOffer(words("label_where_is_it"), payload("order_status", order_number=order.id))
        return TRANSACTION.refuse(refused, [status, PERSON])
    return Proposal(
        ChangeAddress(order.id, address),
        order.id,
        summary=f"Send order {order.id} to {address.one_line()}",
        question=words("change_address_question", order=mention(order), address=address.one_line()),
    )


def read_new_address(text: str, country: str) -> Address | None:
    """Without the order's number; a country other than the order's is kept, and the shop refuses it."""
    return read_address(_ORDER.sub("", text), country)


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
