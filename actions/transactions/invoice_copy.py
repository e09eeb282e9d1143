"""Mail the invoice of an order once more."""

from __future__ import annotations

from actions.backend.port import Backend, Order, SendInvoice
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Happened, Prepared, Proposal, Request, Transaction
from actions.transactions.orders import choose_order, mention


async def prepare(request: Request) -> Prepared:
    order = await choose_order(
        request,
        "invoice_copy",
        lambda order: order.captured > 0,
        none_fits="None of your orders has been paid yet, so there is no invoice.",
        which="Which order's invoice shall I send you?",
    )
    if not isinstance(order, Order):
        return order
    change = SendInvoice(order.id)
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    email = preview.facts["email"]
    return Proposal(
        change,
        order.id,
        summary=f"Mail the invoice of order {order.id}",
        question=f"Shall I send the invoice of order {mention(order)} to {email}?",
        yes="Yes, send it",
        no="No, thanks",
    )


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    return await backend.mail_was_sent(customer_id, happened.effect.key)


def done(happened: Happened) -> str:
    effect = happened.effect
    return f"The invoice of order {effect.object_ref} is on its way to {effect.facts['email']} ({effect.receipt})."


TRANSACTION = Transaction(
    kind="invoice_copy",
    title="Copy of an invoice",
    intent="invoice_copy",
    slots=("order_number",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={"not_paid_yet": "Nothing has been charged for that order yet; the invoice is made when it leaves."},
    declined="All right, I won't send it.",
)
