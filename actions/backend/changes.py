"""How the demo shop makes each change: the rule is asked, then the rows are written, in the caller's transaction.

``plan_change`` reads and decides, and gives back the amount, the facts, the mails and the writes still to be made.
A preview stops there; ``apply`` goes on to write. Changes to orders and subscriptions are here, those to the account
in ``account_changes``.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import insert, select, update

from actions.backend import rules
from actions.backend.account_changes import plan_account_change
from actions.backend.planning import Desk, Mailing, Planned, add_event, nothing, open_case, pay_back, refund_facts
from actions.backend.policy import add_months, add_working_days
from actions.backend.port import (
    CancelOrder,
    Change,
    ChangeAddress,
    ChangeSubscription,
    OpenReturn,
    Preview,
    RefundOrder,
    ReportProblem,
    ReverseDoubleCharge,
    SendInvoice,
    SendPasswordReset,
)
from actions.backend.store import read_categories
from actions.backend.tables import orders, payments, subscription_ends, subscriptions
from actions.errors import NotAllowed


def plan_change(desk: Desk, change: Change) -> Planned:
    """Raises ``NotFound`` and ``NotAllowed``."""
    match change:
        case CancelOrder():
            return _cancel(desk, change)
        case RefundOrder():
            return _refund(desk, change)
        case ChangeAddress():
            return _address(desk, change)
        case OpenReturn():
            return _return(desk, change)
        case ReportProblem():
            return _problem(desk, change)
        case ReverseDoubleCharge():
            return _double_charge(desk, change)
        case SendInvoice():
            return _invoice(desk, change)
        case SendPasswordReset():
            return _password(desk)
        case ChangeSubscription():
            return _subscription(desk, change)
        case _:
            return plan_account_change(desk, change)


def _cancel(desk: Desk, change: CancelOrder) -> Planned:
    order = desk.order(change.order_id)
    amount = rules.check_cancel(order, desk.policy)
    reserved = sum((p.amount for p in order.payments if p.status == "authorised"), Decimal("0.00"))

    def write(key: str, receipt: str) -> None:
        desk.connection.execute(update(orders).where(orders.c.id == order.id).values(status="cancelled"))
        open_payments = (payments.c.order_id == order.id) & (payments.c.status == "authorised")
        desk.connection.execute(update(payments).where(open_payments).values(status="voided"))
        add_event(desk, order.id, "Order cancelled at the customer's request")
        if amount > 0:
            pay_back(desk, order, amount, "cancelled", key, receipt)

    facts = refund_facts(desk, order, amount, "cancelled")
    if reserved > 0:
        first, last = desk.policy.release_working_days
        facts |= {"released": str(reserved), "release_days": f"{first}–{last}", "currency": desk.policy.currency}
    text = f"Your order {order.id} is cancelled. Your reference is {{receipt}}."
    mail = Mailing("confirmation", f"Order {order.id} is cancelled", text)
    return Planned(order.id, Preview(amount, facts), write, (mail,), "CN")


def _refund(desk: Desk, change: RefundOrder) -> Planned:
    order = desk.order(change.order_id)
    amount = rules.check_refund(order, change.amount, desk.policy)
    finished = order.status in {"lost", "damaged", "returned"} and amount == order.captured - order.refunded
    ground = rules.refund_ground(order)

    def write(key: str, receipt: str) -> None:
        pay_back(desk, order, amount, ground, key, receipt)
        if finished:
            desk.connection.execute(update(orders).where(orders.c.id == order.id).values(status="refunded"))
        add_event(desk, order.id, f"Refund of {desk.money(amount)} sent ({change.reason})")

    text = f"We have sent {desk.money(amount)} for order {order.id} back to you. Your reference is {{receipt}}."
    mail = Mailing("confirmation", f"Your refund for order {order.id}", text)
    return Planned(order.id, Preview(amount, refund_facts(desk, order, amount, ground)), write, (mail,), "RF")


def _address(desk: Desk, change: ChangeAddress) -> Planned:
    order = desk.order(change.order_id)
    rules.check_address(order, change.address, desk.policy)
    new = change.address

    def write(key: str, receipt: str) -> None:  # noqa: ARG001
        plain = {name: getattr(new, name) for name in ("line1", "line2", "city", "region", "postcode", "country")}
        desk.connection.execute(update(orders).where(orders.c.id == order.id).values(address=plain))
        add_event(desk, order.id, "Delivery address changed")

    facts = {"old_address": order.address.one_line(), "new_address": new.one_line()}
    text = f"Order {order.id} now goes to {new.one_line()}. Your reference is {{receipt}}."
    mail = Mailing("confirmation", f"New address for order {order.id}", text)
    return Planned(order.id, Preview(None, facts), write, (mail,), "AD")


def _return(desk: Desk, change: OpenReturn) -> Planned:
    order, customer = desk.order(change.order_id), desk.customer()
    categories = read_categories(desk.connection, order.id)
    terms = rules.check_return(order, change.sku, desk.policy, categories, member=customer.member, now=desk.now)
    items = ", ".join(f"{line.quantity} × {line.name}" for line in terms.lines)
    drop_off = (desk.now + timedelta(days=desk.policy.drop_off_days)).date().isoformat()

    def write(key: str, receipt: str) -> None:
        details = {"sku": change.sku, "reason": change.reason, "items": items, "value": str(terms.value)}
        open_case(desk, order.id, "return", details, key, receipt)
        add_event(desk, order.id, f"Return {receipt} opened")

    facts = {
        "items": items,
        "label_fee": str(terms.label_fee),
        "currency": desk.policy.currency,
        "drop_off_by": drop_off,
        "unopened_only": "yes" if terms.unopened_only else "",
        "email": customer.email,
    }
    text = (
        f"Return {{receipt}} for order {order.id}: {items}.\n\nPrint this label and drop the parcel off by {drop_off}."
    )
    mail = Mailing("return_label", f"Your return label for order {order.id}", text)
    return Planned(order.id, Preview(terms.value - terms.label_fee, facts), write, (mail,), "RT")


def _problem(desk: Desk, change: ReportProblem) -> Planned:
    order = desk.order(change.order_id)
    rules.check_problem(order, change.problem, desk.policy, desk.now)
    answer_by = add_working_days(desk.now, desk.policy.trace_working_days).date().isoformat()

    def write(key: str, receipt: str) -> None:
        details = {"problem": change.problem, "note": change.note}
        open_case(desk, order.id, "problem", details, key, receipt)
        add_event(desk, order.id, f"Problem reported: {change.problem}")

    facts = {"problem": change.problem, "carrier": order.carrier or "", "answer_by": answer_by}
    text = f"We have written down the problem with order {order.id} ({change.problem}). Your reference is {{receipt}}."
    mail = Mailing("confirmation", f"Your report about order {order.id}", text)
    return Planned(order.id, Preview(None, facts), write, (mail,), "PR")


def _double_charge(desk: Desk, change: ReverseDoubleCharge) -> Planned:
    order = desk.order(change.order_id)
    amount = rules.check_double_charge(order).amount

    def write(key: str, receipt: str) -> None:
        pay_back(desk, order, amount, rules.CHARGED_TWICE, key, receipt)
        add_event(desk, order.id, f"Second charge of {desk.money(amount)} sent back")

    text = (
        f"Order {order.id} was charged twice. {desk.money(amount)} is on its way back. Your reference is {{receipt}}."
    )
    mail = Mailing("confirmation", f"Your refund for order {order.id}", text)
    facts = refund_facts(desk, order, amount, rules.CHARGED_TWICE)
    return Planned(order.id, Preview(amount, facts), write, (mail,), "RF")


def _invoice(desk: Desk, change: SendInvoice) -> Planned:
    order, customer = desk.order(change.order_id), desk.customer()
    if order.captured <= 0:
        raise NotAllowed("not_paid_yet", "Nothing has been paid for this order yet, so there is no invoice.")
    rows = [f"{line.quantity} × {line.name}  {line.unit_price * line.quantity}" for line in order.lines]
    head = [f"Invoice for order {order.id} of {order.placed_at:%d %B %Y}, copy {{receipt}}", ""]
    foot = [f"Delivery  {order.shipping}", f"Total  {order.total} {order.currency}", "", customer.name]
    text = "\n".join([*head, *rows, *foot, order.address.one_line()])
    mail = Mailing("invoice", f"Your invoice for order {order.id}", text)
    return Planned(order.id, Preview(None, {"email": customer.email}), nothing, (mail,), "IV")


def _password(desk: Desk) -> Planned:
    customer, minutes = desk.customer(), str(desk.policy.reset_link_minutes)
    link = f"Open the link on the sign-in page within {minutes} minutes to choose a new password."
    mail = Mailing("password_reset", "Choose a new password", f"{link}\n\nYour old one works until then. ({{receipt}})")
    return Planned(customer.id, Preview(None, {"email": customer.email, "minutes": minutes}), nothing, (mail,), "PW")


def _subscription(desk: Desk, change: ChangeSubscription) -> Planned:
    mine = subscriptions.c.customer_id == desk.customer_id
    if desk.lock:
        desk.connection.execute(select(subscriptions.c.status).where(mine).with_for_update())
    current = desk.customer().subscription
    wanted = rules.check_subscription(current, change.action, change.plan, change.months, desk.policy)
    if current is None:  # refused above; said again for the type checker
        raise NotAllowed("no_subscription", "There is no running subscription.")
    values: dict[str, object] = {
        "status": {"resume": "active", "cancel": "cancelled"}.get(change.action, current.status)
    }
    facts = {"plan": current.plan, "next_charge": current.renews_at.date().isoformat()}
    if rules.too_late_for_next_charge(current, desk.policy, desk.now) and current.status == "active":
        facts["too_late"] = "yes"
    if change.action == "pause" and change.months:
        until = add_months(current.renews_at, change.months)
        values = {"status": "paused", "renews_at": until}
        facts |= {"until": until.date().isoformat(), "months": str(change.months)}
    if wanted is not None:
        values = {"plan": wanted.id, "price": wanted.price}
        facts |= {"new_plan": wanted.name, "new_price": str(wanted.price), "period": wanted.period}
        facts["currency"] = desk.policy.currency

    def write(key: str, receipt: str) -> None:  # noqa: ARG001
        desk.connection.execute(update(subscriptions).where(mine).values(**values))
        if change.action == "cancel":
            desk.connection.execute(insert(subscription_ends).values(customer_id=desk.customer_id, at=desk.now))

    mail = Mailing("confirmation", "Your subscription", f"Your change is made ({change.action}): {{receipt}}.")
    return Planned(desk.customer_id, Preview(None, facts), write, (mail,), "SB")
