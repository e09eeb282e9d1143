"""Open a return: number, label by mail, and the date until which the parcel should be dropped off."""

from __future__ import annotations

import re
from decimal import Decimal

from actions.backend.port import Backend, OpenReturn, Order
from actions.errors import NotAllowed
from actions.transactions.declaration import (
    PERSON,
    Ask,
    Happened,
    Instead,
    Prepared,
    Proposal,
    Refusal,
    Request,
    Transaction,
    day,
    money,
)
from actions.transactions.orders import choose_order, item_words, mention, only_best, payload
from actions.transactions.problems import read_problem
from actions.transactions.things import line_of, named_before, named_now, said
from actions.words import words
from bot.text.trouble import was_sent_wrong
from handoff.contract.turn import ChoiceOffer

EVERYTHING = "all"
_ALL = re.compile(r"\b(?:everything|all of (?:it|them)|both|the (?:whole|entire|complete) order)\b", re.IGNORECASE)

_OWN_SIZE = re.compile(
    r"\b(?:wrong|different|another) (?:size|colou?r|fit|model|style|length|width|kind|pair|one)\b"
    r"(?! (?:came|was|arrived))",
    re.I,
)
"""Mostly the customer's own choice, unless it is said that it was sent so."""
_BESIDE = re.compile(r"\b(?:and|too|also|as well|plus)\b", re.IGNORECASE)


async def choose(request: Request) -> Order | Ask | Refusal:
    """The order that something of is to go back."""
    return await choose_order(
        request,
        "return_item",
        lambda order: order.status == "delivered",
        none_fits=words("return_item_none_fits"),
        which=words("return_item_which"),
    )


async def prepare(request: Request) -> Prepared:
    told = said(request)
    own = _OWN_SIZE.search(told) and not was_sent_wrong(told)
    problem = None if request.corrects or own else read_problem("", told)
    if problem in {"damaged", "wrong"}:  # our fault costs no label: it is reported, and what follows is ours to offer
        return Instead("report_problem", {"problem": problem})
    order = await choose(request)
    if not isinstance(order, Order):
        return order
    sku = _named_item(request, order)
    try:
        if sku is None:  # ask which item only where a return is possible at all
            await request.backend.preview(request.customer_id, OpenReturn(order.id))
            return ask_item(order)
        change = OpenReturn(order.id, None if sku == EVERYTHING else sku, request.slot("reason"))
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    facts = preview.facts
    fee = Decimal(facts["label_fee"])
    back = money(preview.amount or Decimal("0.00"), order.currency)
    named = {"items": facts["items"], "order_number": order.id, "amount": back}
    free, paid = "return_item_question", "return_item_question_fee"
    question = words(paid, fee=money(fee, order.currency), **named) if fee else words(free, **named)
    unopened = f"{words('return_item_unopened')} " if facts["unopened_only"] else ""
    return Proposal(
        change,
        order.id,
        summary=f"Return from order {order.id}: {facts['items']}",
        question=unopened + question,
        amount=preview.amount,
    )


def _named_item(request: Request, order: Order) -> str | None:
    if len(order.lines) == 1:
        return order.lines[0].sku
    wanted = "" if request.corrects else request.slot("item").lower()
    if wanted == EVERYTHING or _ALL.search(request.text):
        return EVERYTHING
    spoken = item_words(f"{wanted} {request.text}")
    exact = [line for line in order.lines if line.sku.lower() == wanted]
    named = (
        (exact[0] if exact else None)
        or line_of(order, named_now(request))
        or only_best(order.lines, lambda line: len(item_words(line.name) & spoken))
        or line_of(order, named_before(request))
    )
    before = request.before.sku if request.corrects and isinstance(request.before, OpenReturn) else None
    if named and before and before != named.sku and _BESIDE.search(request.text):
        return EVERYTHING if len(order.lines) == 2 else None
    return named.sku if named else None


def ask_item(order: Order) -> Ask:
    named = {"order_number": order.id}
    choices = [ChoiceOffer(line.name, payload("return_item", item=line.sku, **named)) for line in order.lines[:4]]
    everything = ChoiceOffer(words("label_everything"), payload("return_item", item=EVERYTHING, **named))
    return Ask("item", words("return_item_ask_item", order=mention(order)), [*choices, everything], named)


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    effect = happened.effect
    order = await backend.order(effect.object_ref, customer_id)
    opened = any(case.id == effect.receipt and case.kind == "return" for case in order.cases)
    return opened and await backend.mail_was_sent(customer_id, effect.key)


def done(happened: Happened) -> str:
    effect = happened.effect
    facts, by = effect.facts, day(effect.facts["drop_off_by"])
    return words("return_item_done", receipt=effect.receipt, items=facts["items"], email=facts["email"], day=by)


TRANSACTION = Transaction(
    kind="return_item",
    title="Return an item",
    intents=("return_item",),
    slots=("order_number", "item", "reason"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"return_open", "not_delivered", "return_window_over", "final_sale"}),
    recoveries={"return_window_over": "return_refused"},
)
