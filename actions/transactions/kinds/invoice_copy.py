"""Mail the invoice of an order once more."""

from __future__ import annotations

from actions.backend.port import Backend, Order, SendInvoice
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction
from actions.transactions.orders import choose_order, mention
from actions.words import words


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "invoice_copy",
        lambda order: order.captured > 0,
        none_fits=words("invoice_copy_none_fits"),
        which=words("invoice_copy_which"),
    )
    if not isinstance(order, Order):
        return order
    change = SendInvoice(order.id)
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    return Proposal(
        change,
        order.id,
        summary=f"Mail the invoice of order {order.id}",
        question=words("invoice_copy_question", order=mention(order), email=preview.facts["email"]),
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    return await backend.mail_was_sent(customer_id, happened.effect.key)


def done(happened: Happened) -> str:
    effect = happened.effect
    named = {"order_number": effect.object_ref, "receipt": effect.receipt}
    return words("invoice_copy_done", email=effect.facts["email"], **named)


TRANSACTION = Transaction(
    kind="invoice_copy",
    title="Copy of an invoice",
    intents=("invoice_copy",),
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"not_paid_yet"}),
)
