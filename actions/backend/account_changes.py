"""How the demo shop makes each change to an account; see ``changes``."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from actions.backend import account_rules as rules
from actions.backend.account import (
    AccountChange,
    BookCallback,
    ChangeProfile,
    DataWish,
    RefundCharge,
    RequestDataCopy,
    RequestDeletion,
    SendPaymentLink,
    TraceRefund,
    UnlockAccount,
)
from actions.backend.planning import Desk, Mailing, Planned, add_event, money_facts, nothing, open_case
from actions.backend.policy import add_working_days
from actions.backend.port import Preview
from actions.backend.store import booked
from actions.backend.tables import callbacks, charges, customers, data_requests, pending_emails, sign_in_locks


def plan_account_change(desk: Desk, change: AccountChange) -> Planned:
    """Raises ``NotFound`` and ``NotAllowed``."""
    if desk.lock:  # one change to an account after the other
        desk.connection.execute(select(customers.c.id).where(customers.c.id == desk.customer_id).with_for_update())
    match change:
        case UnlockAccount():
            return _unlock(desk)
        case SendPaymentLink():
            return _payment_link(desk)
        case BookCallback():
            return _callback(desk, change)
        case ChangeProfile():
            return _profile(desk, change)
        case RequestDataCopy():
            return _data(desk, "copy", desk.policy.data_copy_days, "DC")
        case RequestDeletion():
            return _data(desk, "deletion", desk.policy.data_deletion_days, "DD")
        case TraceRefund():
            return _trace(desk, change)
        case RefundCharge():
            return _charge(desk)


def _unlock(desk: Desk) -> Planned:
    customer = desk.customer()
    rules.check_unlock(customer, desk.now)

    def write(key: str, receipt: str) -> None:  # noqa: ARG001
        desk.connection.execute(delete(sign_in_locks).where(sign_in_locks.c.customer_id == customer.id))

    text = "Your account is open again, with the same password. If it was somebody else who tried, choose a new one."
    mail = Mailing("confirmation", "Your account is open again", f"{text} Your reference is {{receipt}}.")
    return Planned(customer.id, Preview(None, {"email": customer.email}), write, (mail,), "UL")


def _payment_link(desk: Desk) -> Planned:
    customer, minutes = desk.customer(), str(desk.policy.payment_link_minutes)
    text = (
        f"Open the link on your payment page within {minutes} minutes and enter the new card there. "
        "Nobody at our company ever asks for a card number. ({receipt})"
    )
    mail = Mailing("payment_link", "Change how you pay", text)
    facts = {"email": customer.email, "minutes": minutes, "payment_method": customer.payment_method}
    return Planned(customer.id, Preview(None, facts), nothing, (mail,), "PM")


def _callback(desk: Desk, change: BookCallback) -> Planned:
    customer = desk.customer()
    taken = booked(desk.connection, desk.now)
    slot = rules.check_callback(customer, change.starts_at, desk.policy, taken, desk.now)

    def write(key: str, receipt: str) -> None:
        row = {"id": receipt, "customer_id": customer.id, "starts_at": slot.starts_at, "phone": customer.phone}
        seat = taken.get(slot.starts_at, 0)
        desk.connection.execute(insert(callbacks).values(**row, seat=seat, status="booked", effect_key=key))

    facts = {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat(), "phone": customer.phone}
    facts["timezone"] = customer.timezone
    local = slot.starts_at.astimezone(desk.policy.timezone)
    text = (
        f"We call you on {local:%d %B} between {local:%H:%M} and {local + rules.HOUR:%H:%M} ({local:%Z}). {{receipt}}"
    )
    mail = Mailing("confirmation", "We call you back", text)
    return Planned(customer.id, Preview(None, facts), write, (mail,), "CB")


def _profile(desk: Desk, change: ChangeProfile) -> Planned:
    customer = desk.customer()
    value = rules.check_profile(customer, change.field, change.value)
    facts = {"field": change.field, "value": value, "email": customer.email}
    note = Mailing(
        "confirmation",
        "A change to your account",
        f"Your {change.field} in our shop is being changed. If that wasn't you, answer this mail. ({{receipt}})",
    )

    def write(key: str, receipt: str) -> None:  # noqa: ARG001
        mine = customers.c.id == customer.id
        desk.connection.execute(update(customers).where(mine).values({change.field: value}))

    def ask_new_mailbox(key: str, receipt: str) -> None:  # noqa: ARG001
        desk.connection.execute(delete(pending_emails).where(pending_emails.c.customer_id == customer.id))
        row = {"customer_id": customer.id, "email": value, "at": desk.now}
        desk.connection.execute(insert(pending_emails).values(**row))

    if change.field != "email":
        return Planned(customer.id, Preview(None, facts), write, (note,), "PF")
    hours = str(desk.policy.email_check_hours)
    text = f"Open the link on your profile page within {hours} hours, and this address is yours with us. ({{receipt}})"
    check = Mailing("address_check", "Is this your address?", text, to=value)
    return Planned(customer.id, Preview(None, {**facts, "hours": hours}), ask_new_mailbox, (check, note), "PF")


def _data(desk: Desk, wish: DataWish, days: int, prefix: str) -> Planned:
    customer = desk.customer()
    rules.check_data_request(customer.data_requests, wish)
    due_at = _midnight(desk.now + timedelta(days=days))

    def write(key: str, receipt: str) -> None:
        row = {"id": receipt, "customer_id": customer.id, "wish": wish, "status": "open", "at": desk.now}
        desk.connection.execute(insert(data_requests).values(**row, due_at=due_at, effect_key=key))

    facts = {"email": customer.email, "due": due_at.date().isoformat()}
    text = f"We have your request ({wish} of your data) and answer by {facts['due']}. Your reference is {{receipt}}."
    mail = Mailing("confirmation", "Your data with us", text)
    return Planned(customer.id, Preview(None, facts), write, (mail,), prefix)


def _trace(desk: Desk, change: TraceRefund) -> Planned:
    order = desk.order(change.order_id)
    refund = rules.check_trace(order, desk.now)
    answer_by = add_working_days(desk.now, desk.policy.refund_trace_working_days).date().isoformat()

    def write(key: str, receipt: str) -> None:
        details = {"refund": refund.id, "amount": str(refund.amount)}
        open_case(desk, order.id, "refund_trace", details, key, receipt)
        add_event(desk, order.id, f"The bank is asked where refund {refund.id} is")

    facts = {
        "refund": refund.id,
        "sent": str(refund.amount),
        "currency": order.currency,
        "sent_on": refund.at.date().isoformat(),
        "expected_by": refund.expected_by.date().isoformat(),
        "answer_by": answer_by,
    }
    text = f"We ask the bank where your refund {refund.id} is, and write to you by {answer_by}. {{receipt}}"
    mail = Mailing("confirmation", f"Your refund for order {order.id}", text)
    return Planned(order.id, Preview(None, facts), write, (mail,), "TR")


def _charge(desk: Desk) -> Planned:
    customer = desk.customer()
    charge = rules.check_charge(customer, desk.policy)

    def write(key: str, receipt: str) -> None:  # noqa: ARG001
        desk.connection.execute(update(charges).where(charges.c.id == charge.id).values(status="refunded"))

    facts = {**money_facts(desk, charge.amount), "charge": charge.id, "charged_on": charge.at.date().isoformat()}
    text = f"Your subscription had ended, and {desk.money(charge.amount)} was charged all the same. "
    mail = Mailing("confirmation", "Your money back", f"{text}It is on its way back to you. {{receipt}}")
    return Planned(customer.id, Preview(charge.amount, facts), write, (mail,), "RF")


def _midnight(moment: datetime) -> datetime:
    """The end of that day, in UTC."""
    return moment.replace(hour=23, minute=59, second=0, microsecond=0)
