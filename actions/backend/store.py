"""Reading the demo shop's rows into the port's values. A handful of queries, whatever the number of orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from actions.authority import MONEY_OUT
from actions.backend.account import Callback, Charge, DataRequest
from actions.backend.port import (
    Address,
    Case,
    Customer,
    Effect,
    Line,
    Order,
    Parcel,
    ParcelEvent,
    Payment,
    Refund,
    Subscription,
)
from actions.backend.tables import (
    callbacks,
    cases,
    charges,
    customers,
    data_requests,
    effects,
    lines,
    orders,
    parcel_events,
    payment_methods,
    payments,
    pending_emails,
    refunds,
    sign_in_locks,
    subscription_ends,
    subscriptions,
)
from actions.errors import NotFound

_PARTS = {
    table.name: select(table).where(table.c.order_id.in_(bindparam("ids", expanding=True))).order_by(*order)
    for table, order in (
        (lines, (lines.c.position,)),
        (payments, (payments.c.at, payments.c.id)),
        (payment_methods, (payment_methods.c.payment_id,)),
        (parcel_events, (parcel_events.c.at, parcel_events.c.id)),
        (refunds, (refunds.c.at, refunds.c.id)),
        (cases, (cases.c.at, cases.c.id)),
    )
}
"""The rows that belong to orders, by table: built once, since building costs more than running them."""

_ME: Any = bindparam("id")
_CUSTOMER = (
    select(customers, sign_in_locks.c.until, pending_emails.c.email.label("pending"))
    .outerjoin(sign_in_locks, sign_in_locks.c.customer_id == customers.c.id)
    .outerjoin(pending_emails, pending_emails.c.customer_id == customers.c.id)
    .where(customers.c.id == _ME)
)
_SUBSCRIPTION = (
    select(subscriptions, subscription_ends.c.at.label("ended_at"))
    .outerjoin(subscription_ends, subscription_ends.c.customer_id == subscriptions.c.customer_id)
    .where(subscriptions.c.customer_id == _ME)
)
_CHARGES = select(charges).where(charges.c.customer_id == _ME).order_by(charges.c.at, charges.c.id)
_CALLBACKS = select(callbacks).where(callbacks.c.customer_id == _ME).order_by(callbacks.c.starts_at)
_DATA_REQUESTS = select(data_requests).where(data_requests.c.customer_id == _ME).order_by(data_requests.c.at)


def read_customer(connection: Connection, customer_id: str) -> Customer:
    row = connection.execute(_CUSTOMER, {"id": customer_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such customer.")
    return Customer(
        id=row.id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        locale=row.locale,
        timezone=row.timezone,
        member=row.member,
        points=row.points,
        payment_method=row.payment_method,
        country=str(row.address.get("country", "")),
        subscription=_subscription(connection, customer_id),
        locked_until=row.until,
        pending_email=row.pending or "",
        callbacks=tuple(
            Callback(r.id, r.starts_at, r.phone, r.status) for r in connection.execute(_CALLBACKS, {"id": customer_id})
        ),
        data_requests=tuple(
            DataRequest(r.id, r.wish, r.status, r.at, r.due_at)
            for r in connection.execute(_DATA_REQUESTS, {"id": customer_id})
        ),
    )


def _subscription(connection: Connection, customer_id: str) -> Subscription | None:
    row = connection.execute(_SUBSCRIPTION, {"id": customer_id}).one_or_none()
    if row is None:
        return None
    collected = tuple(Charge(r.id, r.at, r.amount, r.status) for r in connection.execute(_CHARGES, {"id": customer_id}))
    return Subscription(row.plan, row.status, row.price, row.renews_at, row.ended_at, collected)


def booked(connection: Connection, since: datetime) -> dict[datetime, int]:
    """How many calls are booked for each time from ``since`` on."""
    query = (
        select(callbacks.c.starts_at, func.count().label("calls"))
        .where(callbacks.c.starts_at >= since, callbacks.c.status == "booked")
        .group_by(callbacks.c.starts_at)
    )
    return {row.starts_at: row.calls for row in connection.execute(query)}


def read_orders(
    connection: Connection, customer_id: str, currency: str, order_id: str | None = None, *, lock: bool = False
) -> list[Order]:
    """The customer's orders, newest first; with ``lock`` their rows are held until the transaction ends."""
    query = select(orders).where(orders.c.customer_id == customer_id).order_by(orders.c.placed_at.desc(), orders.c.id)
    if order_id is not None:
        query = query.where(func.upper(orders.c.id) == order_id.strip().upper())
    if lock:
        query = query.with_for_update()
    rows = connection.execute(query).all()
    parts = _parts(connection, [row.id for row in rows])
    return [_order(row, parts, currency) for row in rows]


def read_order(connection: Connection, order_id: str, customer_id: str, currency: str, *, lock: bool = False) -> Order:
    found = read_orders(connection, customer_id, currency, order_id, lock=lock)
    if not found:
        raise NotFound("There is no such order for this customer.")
    return found[0]


@dataclass(frozen=True)
class StoredEffect:
    """An effect with its owner, what was asked for, and the mails that belong to it."""

    customer_id: str
    request: dict[str, Any]
    effect: Effect
    mails: list[dict[str, Any]]


def read_effect(connection: Connection, key: str) -> StoredEffect | None:
    row = connection.execute(select(effects).where(effects.c.key == key)).one_or_none()
    if row is None:
        return None
    effect = Effect(row.key, row.kind, row.object_ref, row.receipt, row.at, row.amount, dict(row.facts))
    return StoredEffect(row.customer_id, dict(row.request), effect, list(row.mails))


def read_categories(connection: Connection, order_id: str) -> dict[str, str]:
    """The catalogue's category of each SKU in the order."""
    rows = connection.execute(select(lines.c.sku, lines.c.category).where(lines.c.order_id == order_id))
    return {row.sku: row.category for row in rows}


def given_since(connection: Connection, customer_id: str, since: datetime) -> Decimal:
    given = connection.execute(
        select(effects.c.amount).where(
            effects.c.customer_id == customer_id,
            effects.c.kind.in_(MONEY_OUT),
            effects.c.at > since,
        )
    )
    return sum((row.amount for row in given if row.amount is not None), Decimal("0.00"))


def _parts(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
    parts: dict[str, dict[str, list[Any]]] = {}
    for name, query in _PARTS.items():
        grouped: dict[str, list[Any]] = defaultdict(list)
        if ids:
            for row in connection.execute(query, {"ids": ids}):
                grouped[row.order_id].append(row)
        parts[name] = grouped
    return parts


def _order(row: Any, parts: dict[str, dict[str, list[Any]]], currency: str) -> Order:
    bought = [Line(r.sku, r.name, r.quantity, r.unit_price) for r in parts[lines.name][row.id]]
    methods = {r.payment_id: r.method for r in parts[payment_methods.name][row.id]}
    total = sum((line.unit_price * line.quantity for line in bought), Decimal("0.00")) + row.shipping
    return Order(
        id=row.id,
        customer_id=row.customer_id,
        status=row.status,
        placed_at=row.placed_at,
        lines=tuple(bought),
        shipping=row.shipping,
        total=total,
        currency=currency,
        address=Address(**row.address),
        payments=tuple(
            Payment(r.id, r.amount, r.status, r.at, methods.get(r.id, "")) for r in parts[payments.name][row.id]
        ),
        refunds=tuple(
            Refund(r.id, row.id, r.amount, r.reason, r.status, r.at, r.expected_by) for r in parts[refunds.name][row.id]
        ),
        cases=tuple(Case(r.id, r.kind, row.id, r.status, r.at, dict(r.details)) for r in parts[cases.name][row.id]),
        events=tuple(ParcelEvent(r.at, r.text) for r in parts[parcel_events.name][row.id]),
        parcels=tuple(_parcel(raw) for raw in row.parcels),
        delivered_at=row.delivered_at,
        eta=row.eta,
        carrier=row.carrier,
        tracking=row.tracking,
    )


def _parcel(raw: dict[str, Any]) -> Parcel:
    moments = {name: datetime.fromisoformat(raw[name]) for name in ("eta", "delivered_at") if raw.get(name)}
    return Parcel(raw["status"], raw["items"], raw.get("carrier", ""), raw.get("tracking", ""), **moments)
