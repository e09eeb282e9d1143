"""Money back for an order whose state gives ground for it: lost, damaged, returned, late."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from actions.backend.port import Backend, Order, Preview, RefundOrder
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
    gift_card_note,
    money,
)
from actions.transactions.kinds.report_problem import may_concern
from actions.transactions.orders import ORDER_NUMBER, choose_order, mention, payload, status_words
from actions.transactions.problems import AFTER_ARRIVAL, Said, read_problem
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_GROUNDS = frozenset({"lost", "damaged", "returned", "delayed"})
_SHOWS: Mapping[Said, frozenset[str]] = {
    "damaged": frozenset({"damaged", "returned"}),
    "wrong": frozenset({"returned"}),
    "part": frozenset({"returned"}),
    "missing": frozenset({"lost", "delayed"}),
    "late": frozenset({"lost", "delayed"}),
    "own_choice": frozenset({"returned"}),
}
"""The states in which an order shows what the customer tells, so that money is due for it."""
SURELY_NO_ORDER = 1000
"""A bare number below it is no order's."""
_CODES = {"€": "EUR", "eu": "EUR", "£": "GBP", "gb": "GBP", "po": "GBP", "$": "USD", "us": "USD", "do": "USD",
          "ch": "CHF", "fr": "CHF"}  # fmt: skip
_MARK = r"€|eur(?:os?)?|£|gbp|pounds?|\$|usd|dollars?|chf|francs?"
_NUMBER = r"\d{1,4}(?:[.,]\d{1,2})?(?![\d.,]*\d)"
_ASKED = (
    r"\b(?:refund|give|credit|pay|send|get|have|want|need|like|back)"
    r"(?: (?:me|us|to|get|have|back|just|only|about|a|an|the|my|partial|small|refund|credit|of|for|at least)){0,6} "
)
_WANTED = re.compile(
    rf"{_ASKED}(?:(?P<before>{_MARK})\s?(?P<number>{_NUMBER})|(?P<number_>{_NUMBER})\s?(?P<after>{_MARK})(?!\w))"
    rf"|(?:(?P<before_>{_MARK})\s?)?(?<![\w.,-])(?P<number__>{_NUMBER})\s?(?P<after_>{_MARK})?"
    r"(?: (?:of it|of that|of the money))? (?:back|refund|credit|compensation)\b",
    re.IGNORECASE,
)

_BARE = re.compile(rf"(?<![\w.,-])(?:(?:{_MARK})\s?)?(?P<number>{_NUMBER})(?![\w-])(?!\s?%)", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:all|everything|whole|full|total)\b", re.IGNORECASE)


async def prepare(request: Request) -> Prepared:
    problem = read_problem(request.slot("problem"), request.text)
    order, wanted = await _order(request, problem), _wanted(request)
    if isinstance(order, Ask):
        said = {"problem": problem, "amount": wanted}
        return replace(order, known={name: value for name, value in said.items() if value})
    if isinstance(order, Refusal):
        return order
    try:
        change, preview, lead = await _previewed(request, order, _in_currency(wanted, order.currency))
    except NotAllowed as refused:
        if refused.rule == "no_grounds" and any(
            case.kind == "return" and case.status == "open" for case in order.cases
        ):
            return Refusal(words("refund_after_return", order=mention(order)), [PERSON], solved=True)
        if refused.rule == "no_grounds" and problem is not None:
            return _first(problem, order, wanted)
        return TRANSACTION.refuse(refused, _ways_out(order))
    amount = preview.amount or Decimal("0.00")
    said_amount = money(amount, order.currency)
    question = words("refund_question", amount=said_amount, order=mention(order), day=day(preview.facts["refund_by"]))
    why = f"{words(f'refund_why_{order.status}')} " if order.status in _GROUNDS else ""
    return Proposal(
        change,
        order.id,
        summary=f"Refund {said_amount} for order {order.id} ({status_words(order.status)})",
        question=f"{lead}{why}{gift_card_note(preview.facts)} {question}".strip().replace("  ", " "),
        yes=words("refund_yes", amount=said_amount),
        amount=amount,
    )


async def _previewed(request: Request, order: Order, amount: Decimal | None) -> tuple[RefundOrder, Preview, str]:
    """The change, what the shop makes of it, and what is said first: where more was asked for than is due, all that is
    due. Raises ``NotAllowed``."""
    change = RefundOrder(order.id, reason=order.status, amount=amount)
    try:
        return change, await request.backend.preview(request.customer_id, change), ""
    except NotAllowed as refused:
        if refused.rule != "amount_too_high" or amount is None:
            raise
        due = money(Decimal(refused.data["due"]), order.currency)
        whole = replace(change, amount=None)
        preview = await request.backend.preview(request.customer_id, whole)
        return whole, preview, f"{words('refund_refused_amount_too_high', due=due)} "


async def _order(request: Request, problem: Said | None) -> Order | Ask | Refusal:
    """The order that money is due for by its state; else, where something went wrong, one that it may have hit."""
    grounds = _GROUNDS if problem is None else _SHOWS[problem]

    async def chosen(fits: Callable[[Order], bool], *, ask: bool = True) -> Order | Ask | Refusal:
        none_fits, which = words("refund_none_fits"), words("which_order")
        return await choose_order(request, "refund_request", fits, none_fits=none_fits, which=which, ask=ask)

    found = await chosen(lambda order: order.status in grounds, ask=problem is None)
    if not isinstance(found, Refusal) or problem is None:
        return found
    happened: Said = "damaged" if problem == "own_choice" else problem
    return await chosen(lambda order: may_concern(order, happened))


def _first(problem: Said, order: Order, wanted: str) -> Instead:
    """What was told is no ground yet: it is reported, or what the customer chose wrongly goes back, and then money
    can follow."""
    known = {"order_number": order.id}
    if problem == "own_choice":
        return Instead("return_item", known, words("refund_after_the_return"))
    note = {"note": f"The customer asks for {wanted} back."} if wanted else {}
    lead = words("refund_after_the_report" if problem in AFTER_ARRIVAL else "refund_after_the_search")
    return Instead("report_problem", known | note | {"problem": problem}, lead)


def _wanted(request: Request) -> str:
    """As the newest words say; beside a proposal any number ("make it 30"), else its amount unless all is wanted."""
    said, before = read_amount(request.text), request.before
    if not request.corrects or not isinstance(before, RefundOrder):
        return said or request.slot("amount")
    bare = _BARE.search(ORDER_NUMBER.sub(" ", request.text))
    if said or bare:
        return said or str(Decimal(bare["number"].replace(",", ".")).quantize(Decimal("0.01")) if bare else "")
    return "" if before.amount is None or _WHOLE.search(request.text) else str(before.amount)


def read_amount(text: str) -> str:
    """``20.00 EUR`` where the words ask for a part ("20 euros back"), ``20.00`` without a currency; else empty."""
    found = _WANTED.search(text)
    if found is None:
        return ""
    parts = {name.rstrip("_"): value for name, value in found.groupdict().items() if value}
    number = Decimal(parts["number"].replace(",", ".")).quantize(Decimal("0.01"))
    code = _CODES.get((parts.get("before") or parts.get("after") or "").lower()[:2], "")
    return f"{number} {code}".strip() if code or number < SURELY_NO_ORDER else ""


def _in_currency(wanted: str, currency: str) -> Decimal | None:
    """``None``, so all that is due, where no amount was read or it is in another currency: the question names it."""
    number, _, code = wanted.partition(" ")
    try:
        return Decimal(number).quantize(Decimal("0.01")) if number and code in {"", currency} else None
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
    told = words("refund_done", amount=amount, order_number=effect.object_ref, day=by, receipt=effect.receipt)
    return f"{told} {gift_card_note(effect.facts)}".strip()


TRANSACTION = Transaction(
    kind="refund",
    title="Refund an order",
    intents=("refund_request",),
    slots=("order_number", "amount", "problem"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"nothing_to_refund", "refunded_already", "no_grounds", "amount_too_high"}),
)
