"""What every planned change of the demo shop is made of, and the rows that several of them write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from actions.backend.mail import MailKind
from actions.backend.policy import Policy, add_working_days
from actions.backend.port import Customer, Order, Preview
from actions.backend.rules import to_gift_card
from actions.backend.store import read_customer, read_order
from actions.backend.tables import cases, parcel_events, refunds

Write = Callable[[str, str], None]
"""Makes the change: idempotency key, receipt."""


@dataclass(frozen=True)
class Mailing:
    """A mail that goes with a change; it leaves after the commit. ``{receipt}`` in the text is filled in.

    Without ``to`` it goes to the customer's own address.
    """

    kind: MailKind
    subject: str
    text: str
    to: str = ""


@dataclass(frozen=True)
class Planned:
    """A change that the rules allow. ``prefix`` begins its receipt; the first of ``mails`` proves it."""

    object_ref: str
    preview: Preview
    write: Write
    mails: tuple[Mailing, ...]
    prefix: str


@dataclass(frozen=True)
class Desk:
    """What every change needs beside itself. ``lock`` holds the rows that it will write."""

    connection: Connection
    customer_id: str
    policy: Policy
    now: datetime
    lock: bool

    def order(self, order_id: str) -> Order:
        return read_order(self.connection, order_id, self.customer_id, self.policy.currency, lock=self.lock)

    def customer(self) -> Customer:
        return read_customer(self.connection, self.customer_id)

    def money(self, amount: Decimal) -> str:
        return f"{amount} {self.policy.currency}"


def nothing(key: str, receipt: str) -> None:
    """The effect's own row and its mail are all there is to write."""


def money_facts(desk: Desk, amount: Decimal, gift: Decimal = Decimal("0.00")) -> dict[str, str]:
    """``gift``: the part that goes back on a gift card."""
    if amount <= 0:
        return {}
    facts = {"refund_by": _arrives(desk, amount, gift).date().isoformat(), "currency": desk.policy.currency}
    return facts | ({"gift_card": str(gift)} if gift > 0 else {})


def refund_facts(desk: Desk, order: Order, amount: Decimal, ground: str) -> dict[str, str]:
    """Where the money goes and when it is there."""
    return money_facts(desk, amount, to_gift_card(order, amount, ground) if amount > 0 else Decimal("0.00"))


def _arrives(desk: Desk, amount: Decimal, gift: Decimal) -> datetime:
    """When all of it is there: a gift card has its part at once, a card takes its days."""
    if gift >= amount:
        return desk.now
    return add_working_days(desk.now, desk.policy.refund_working_days["card"])


def pay_back(desk: Desk, order: Order, amount: Decimal, reason: str, key: str, receipt: str) -> None:
    """``reason`` is the refund's ground; the part for the gift card has no days to wait."""
    gift = to_gift_card(order, amount, reason)
    desk.connection.execute(
        insert(refunds).values(
            id=receipt,
            order_id=order.id,
            amount=amount,
            reason=reason,
            status="settled" if gift >= amount else "requested",
            at=desk.now,
            expected_by=_arrives(desk, amount, gift),
            effect_key=key,
        )
    )


def open_case(desk: Desk, order_id: str, kind: str, details: Mapping[str, object], key: str, receipt: str) -> None:
    row = {"id": receipt, "kind": kind, "order_id": order_id, "status": "open", "at": desk.now, "effect_key": key}
    desk.connection.execute(insert(cases).values(**row, details=dict(details)))


def add_event(desk: Desk, order_id: str, text: str) -> None:
    desk.connection.execute(insert(parcel_events).values(order_id=order_id, at=desk.now, text=text))
