"""Have the bank asked where a refund is that should have arrived by now."""

from __future__ import annotations

from decimal import Decimal

from actions.backend.account import TraceRefund
from actions.backend.port import Backend, Order
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction, day, money
from actions.transactions.orders import choose_order, mention
from actions.words import words


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "refund_not_arrived",
        lambda order: bool(order.refunds),
        none_fits=words("trace_refund_none_fits"),
        ask=True,
        which=words("trace_refund_which"),
    )
    if not isinstance(order, Order):
        return order
    change = TraceRefund(order.id)
    try:
        facts = (await request.backend.preview(request.customer_id, change)).facts
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    amount = money(Decimal(facts["sent"]), facts["currency"])
    return Proposal(
        change,
        order.id,
        summary=f"Ask the bank where the refund of {amount} for order {order.id} is",
        question=words("trace_refund_question", amount=amount, order=mention(order), due=day(facts["expected_by"])),
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    order = await backend.order(happened.effect.object_ref, customer_id)
    return any(case.id == happened.effect.receipt and case.kind == "refund_trace" for case in order.cases)


def done(happened: Happened) -> str:
    effect = happened.effect
    return words("trace_refund_done", order_number=effect.object_ref, receipt=effect.receipt)


TRANSACTION = Transaction(
    kind="trace_refund",
    title="Look for a refund",
    intents=("refund_not_arrived",),
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"no_refund", "refund_not_due", "already_reported"}),
    recovery=lambda _: "refund_not_arrived",
)
