"""The shop's side of the lab: customers made for one trial, what became of them, and time that passes for them alone.

A lab customer is like one of the demo's, under an id, an address and order numbers of their own, so that trials run
side by side and never meet. Only such customers can be read, changed or aged from here. Blocking: call it in a thread.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError

from actions.backend import tables
from actions.backend.mail import Mailbox
from actions.backend.port import Customer, Order
from actions.backend.seed import Seed, add_customer, order_total
from actions.backend.store import read_customer, read_orders
from actions.errors import NotFound

LETTERS = "GHJKLMNPQRSTUVWXYZ"  # the demo's own orders begin with A to F
TRIES = 20
_CUSTOMER, _ORDER = TypeAdapter(Customer), TypeAdapter(Order)


class UnknownTemplate(LookupError):
    """``args[0]`` names what the demo company does not have."""


@dataclass(frozen=True)
class LabOrder:
    id: str
    status: str
    total: Decimal


@dataclass(frozen=True)
class LabCustomer:
    """``orders`` by the name that the caller gave them."""

    id: str
    name: str
    email: str
    orders: Mapping[str, LabOrder]


class ShopLab:
    def __init__(self, engine: sa.Engine, seed: Seed, mailbox: Mailbox) -> None:
        self._engine = engine
        self._seed = seed
        self._mailbox = mailbox

    def create(self, like: str, profile: Mapping[str, Any], orders: Mapping[str, Mapping[str, Any]]) -> LabCustomer:
        """``profile`` and each order are in the form of the seed's files; ``like`` in an order takes one of the demo's
        as the beginning. Raises ``UnknownTemplate``."""
        template = _one(self._seed.customers, like, "customer")
        for sku in (line["sku"] for order in orders.values() for line in order.get("lines", ())):
            if sku not in self._seed.catalogue:
                raise UnknownTemplate(f"SKU {sku}")
        whole = {name: self._whole(order) for name, order in orders.items()}
        for _ in range(TRIES):
            number = secrets.token_hex(6)
            person = {**template, "email": f"lab-{number}@example.com", **profile, "id": f"lab_{number}"}
            taken = {name: {**order, "id": _order_number()} for name, order in whole.items()}
            try:
                add_customer(self._engine, self._seed, datetime.now(UTC), person, list(taken.values()))
            except IntegrityError:
                continue  # an order number that is in use
            made = {
                name: LabOrder(order["id"], order["status"], order_total(self._seed, order))
                for name, order in taken.items()
            }
            return LabCustomer(person["id"], person["name"], person["email"], made)
        raise RuntimeError("no free order numbers were drawn")

    def _whole(self, order: Mapping[str, Any]) -> dict[str, Any]:
        own = {name: value for name, value in order.items() if name != "like"}
        if "like" not in order:
            return {"shipping": "0.00", "placed_days_ago": 1, **own}
        return {**_one(self._seed.orders, order["like"], "order"), **own}

    def state(self, customer_id: str) -> dict[str, Any]:
        """Everything that the shop holds of a lab customer: ``{customer, orders, effects, mails}``, JSON-ready.

        Raises ``NotFound`` for anybody else's."""
        with self._engine.begin() as connection:
            self._check_lab(connection, customer_id)
            person = read_customer(connection, customer_id)
            orders = read_orders(connection, customer_id, self._seed.policy.currency)
            query = sa.select(tables.effects).where(tables.effects.c.customer_id == customer_id)
            effects = [dict(row) for row in connection.execute(query.order_by(tables.effects.c.at)).mappings()]
        return {
            "customer": _CUSTOMER.dump_python(person, mode="json"),
            "orders": [_ORDER.dump_python(order, mode="json") for order in orders],
            "effects": [_effect(row) for row in effects],
            "mails": self._mails(customer_id),
        }

    def _mails(self, customer_id: str) -> list[dict[str, Any]]:
        """By their keys, which are those of the effects and of the codes: the folder may hold thousands."""
        with self._engine.begin() as connection:
            effects = sa.select(tables.effects.c.key, tables.effects.c.mails)
            rows = connection.execute(effects.where(tables.effects.c.customer_id == customer_id)).all()
            codes = sa.select(tables.one_time_codes.c.id).where(tables.one_time_codes.c.customer_id == customer_id)
            keys = list(connection.execute(codes).scalars())
        keys += [f"{row.key}#{at}" if at else row.key for row in rows for at in range(len(row.mails))]
        found = [mail for key in keys if (mail := self._mailbox.find(key)) is not None]
        return [asdict(mail) for mail in sorted(found, key=lambda mail: (mail.sent_at, mail.id))]

    def codes(self, customer_id: str) -> list[str]:
        """The one-time codes that were mailed to a lab customer, oldest first."""
        self.check(customer_id)
        return [mail["code"] for mail in self._mails(customer_id) if mail["code"]]

    def check(self, customer_id: str) -> None:
        """Raises ``NotFound`` unless this is a lab customer."""
        with self._engine.begin() as connection:
            self._check_lab(connection, customer_id)

    def age(self, customer_id: str, by: timedelta) -> None:
        """What happened to this customer in the shop happened ``by`` longer ago, and what is due is nearer."""
        with self._engine.execution_options(writes=True).begin() as connection:
            self._check_lab(connection, customer_id)
            mine = sa.select(tables.orders.c.id).where(tables.orders.c.customer_id == customer_id)
            for table in tables.metadata.sorted_tables:
                if "customer_id" in table.c:
                    _age_table(connection, table, table.c.customer_id == customer_id, by)
                elif "order_id" in table.c:
                    _age_table(connection, table, table.c.order_id.in_(mine), by)

    def _check_lab(self, connection: sa.Connection, customer_id: str) -> None:
        query = sa.select(tables.customers.c.origin).where(tables.customers.c.id == customer_id)
        if connection.scalar(query) != "lab":
            raise NotFound


def _one(items: Sequence[Mapping[str, Any]], wanted: str, kind: str) -> dict[str, Any]:
    found = next((item for item in items if item["id"] == wanted), None)
    if found is None:
        raise UnknownTemplate(f"{kind} {wanted}")
    return dict(found)


def _order_number() -> str:
    return f"{secrets.choice(LETTERS)}-{1000 + secrets.randbelow(9000)}"


def _effect(row: Mapping[str, Any]) -> dict[str, Any]:
    amount = row["amount"]
    return {
        **{name: row[name] for name in ("key", "kind", "object_ref", "receipt", "request", "facts")},
        "amount": None if amount is None else str(amount),
        "at": row["at"].isoformat(),
    }


def _age_table(connection: sa.Connection, table: sa.Table, mine: sa.ColumnElement[bool], by: timedelta) -> None:
    moments = [column for column in table.columns if isinstance(column.type, tables.Moment)]
    keys = list(table.primary_key.columns)
    for row in connection.execute(sa.select(table).where(mine)).mappings().all():
        values = {column.name: row[column.name] - by for column in moments if row[column.name] is not None}
        if table is tables.callbacks:
            values["seat"] = secrets.randbelow(2**31)  # a call of the past takes nobody's seat
        if table is tables.orders:
            values["parcels"] = [_aged_parcel(parcel, by) for parcel in row["parcels"]]
        if values:
            this = sa.and_(*(key == row[key.name] for key in keys))
            connection.execute(sa.update(table).where(this).values(**values))


def _aged_parcel(parcel: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    moments = {name: parcel[name] for name in ("eta", "delivered_at") if parcel.get(name)}
    return {**parcel, **{name: (datetime.fromisoformat(at) - by).isoformat() for name, at in moments.items()}}
