"""The demo company from its four YAML files: rows with dates relative to today.

The files describe a state ("placed 3 days ago"); the seed turns it into moments before ``now``. Seeding an
existing shop does nothing, ``reset`` begins anew, and ``add_customer`` makes an isolated customer with orders of
their own, so that trials beside one another cannot meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine, Table, func, insert, select
from sqlalchemy.engine import Connection

from actions.backend import tables
from actions.backend.policy import Policy, add_working_days, read_policy

SEED = Path(__file__).parent / "seed"
_ADDRESS = ("line1", "line2", "city", "region", "postcode", "country")
_PAYMENT_STATUS = {"captured": "captured", "pending": "authorised", "refunded": "captured"}


@dataclass(frozen=True)
class Seed:
    """The files as they are. ``catalogue`` is by SKU."""

    company: dict[str, Any]
    catalogue: dict[str, dict[str, Any]]
    customers: Sequence[dict[str, Any]]
    orders: Sequence[dict[str, Any]]

    @property
    def policy(self) -> Policy:
        return read_policy(self.company)


def read_seed(folder: Path = SEED) -> Seed:
    def read(name: str) -> Any:
        return yaml.safe_load((folder / name).read_text("utf-8"))

    catalogue = {item["sku"]: item for item in read("catalogue.yaml")}
    return Seed(read("company.yaml"), catalogue, read("customers.yaml"), read("orders.yaml"))


def seed_shop(engine: Engine, seed: Seed, now: datetime) -> bool:
    """Make the tables and fill them, in one transaction; ``False`` where customers are there already."""
    tables.metadata.create_all(engine)
    with engine.execution_options(writes=True).begin() as connection:
        if connection.scalar(select(func.count()).select_from(tables.customers)):
            return False
        _fill(connection, seed, now)
    return True


def reset_shop(engine: Engine, seed: Seed, now: datetime) -> None:
    """Everything that happened is gone, and the seed is as on its first day."""
    tables.metadata.create_all(engine)
    with engine.execution_options(writes=True).begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
        _fill(connection, seed, now)


def add_customer(
    engine: Engine, seed: Seed, now: datetime, customer: dict[str, Any], orders: Sequence[dict[str, Any]]
) -> None:
    """A customer made for one trial, in the form of the files. Raises ``IntegrityError`` for an id in use."""
    rows: Rows = defaultdict(list)
    _customer_rows(rows, customer, now, origin="lab")
    for order in orders:
        _order_rows(rows, seed, {**order, "customer": customer["id"]}, customer, now)
    with engine.execution_options(writes=True).begin() as connection:
        _insert(connection, rows)


def order_total(seed: Seed, order: dict[str, Any]) -> Decimal:
    """Lines and delivery, at the catalogue's prices."""
    goods = (Decimal(seed.catalogue[line["sku"]]["price"]) * line["qty"] for line in order["lines"])
    return sum(goods, Decimal(order["shipping"]))


Rows = dict[Table, list[dict[str, Any]]]


def _fill(connection: Connection, seed: Seed, now: datetime) -> None:
    by_id = {customer["id"]: customer for customer in seed.customers}
    rows: Rows = defaultdict(list)
    for customer in seed.customers:
        _customer_rows(rows, customer, now, origin="seed")
    for order in seed.orders:
        _order_rows(rows, seed, order, by_id[order["customer"]], now)
    _insert(connection, rows)


def _insert(connection: Connection, rows: Rows) -> None:
    """Parents before children, one statement a table."""
    for table in tables.metadata.sorted_tables:
        if rows[table]:
            connection.execute(insert(table), rows[table])


def _customer_rows(rows: Rows, customer: dict[str, Any], now: datetime, origin: str) -> None:
    method = customer.get("payment_method") or {}
    card = f"{method.get('brand', '')} ending in {method['last4']}" if "last4" in method else method.get("brand", "")
    rows[tables.customers].append(
        {
            "id": customer["id"],
            "name": customer["name"],
            "email": customer["email"],
            "phone": customer.get("phone", ""),
            "locale": customer.get("locale", "en"),
            "timezone": customer.get("timezone", "UTC"),
            "member": bool(customer.get("member", False)),
            "points": int(customer.get("points", 0)),
            "payment_method": card,
            "address": _address(customer["address"]),
            "origin": origin,
        }
    )
    plan = customer.get("subscription")
    if plan:
        renews_at = now + timedelta(days=plan["next_charge_in_days"])
        values = {"plan": plan["plan"], "status": plan["status"], "price": Decimal(plan["price"])}
        rows[tables.subscriptions].append({"customer_id": customer["id"], "renews_at": renews_at, **values})
        if plan.get("ended_days_ago") is not None:
            ended_at = _ago(now, plan["ended_days_ago"])
            rows[tables.subscription_ends].append({"customer_id": customer["id"], "at": ended_at})
        for number, days in enumerate(plan.get("charged_days_ago", []), start=1):
            charge = {"id": f"chg_{customer['id']}_{number}", "at": _ago(now, days), "amount": values["price"]}
            rows[tables.charges].append({**charge, "customer_id": customer["id"], "status": "captured"})
    if customer.get("locked_for_minutes"):
        until = now + timedelta(minutes=customer["locked_for_minutes"])
        rows[tables.sign_in_locks].append({"customer_id": customer["id"], "until": until})


def _order_rows(rows: Rows, seed: Seed, order: dict[str, Any], customer: dict[str, Any], now: datetime) -> None:
    order_id = order["id"]
    rows[tables.orders].append(
        {
            "id": order_id,
            "customer_id": order["customer"],
            "status": order["status"],
            "placed_at": _ago(now, order["placed_days_ago"]),
            "delivered_at": _ago(now, order.get("delivered_days_ago")),
            "eta": _ahead(now, order.get("eta_in_days")),
            "carrier": order.get("carrier"),
            "tracking": order.get("tracking"),
            "shipping": Decimal(order["shipping"]),
            "address": _address(order.get("address") or customer["address"]),
            "parcels": [_parcel(seed, parcel, now) for parcel in order.get("parcels", [])],
        }
    )
    for position, line in enumerate(order["lines"]):
        item = seed.catalogue[line["sku"]]
        rows[tables.lines].append(
            {
                "order_id": order_id,
                "position": position,
                "sku": line["sku"],
                "name": item["name"],
                "quantity": line["qty"],
                "unit_price": Decimal(item["price"]),
                "category": item.get("category", ""),
            }
        )
    _payment_rows(rows, seed, order, now)
    for entry in order.get("events", []):
        moment = _ago(now, entry["days_ago"])
        rows[tables.parcel_events].append({"order_id": order_id, "at": moment, "text": entry["text"]})


def _payment_rows(rows: Rows, seed: Seed, order: dict[str, Any], now: datetime) -> None:
    """A payment marked ``refunded`` becomes a captured one and the refund that followed it."""
    order_id, total = order["id"], order_total(seed, order)
    for number, payment in enumerate(order.get("payments", []), start=1):
        amount = total if payment["amount"] == "total" else Decimal(payment["amount"])
        at, status = now - timedelta(days=payment["days_ago"]), payment["status"]
        paid_at = _ago(now, order["placed_days_ago"]) if status == "refunded" else at
        rows[tables.payments].append(
            {
                "id": f"pay_{order_id}_{number}",
                "order_id": order_id,
                "amount": amount,
                "status": _PAYMENT_STATUS[status],
                "at": paid_at,
            }
        )
        if payment.get("method"):
            named = {"payment_id": f"pay_{order_id}_{number}", "order_id": order_id, "method": payment["method"]}
            rows[tables.payment_methods].append(named)
        if status == "refunded":
            expected = add_working_days(at, seed.policy.refund_working_days["card"])
            rows[tables.refunds].append(
                {
                    "id": f"RF-{order_id}-{number}",
                    "order_id": order_id,
                    "amount": amount,
                    "reason": order["status"],
                    "status": "settled" if expected <= now else "requested",
                    "at": at,
                    "expected_by": expected,
                }
            )


def _parcel(seed: Seed, parcel: dict[str, Any], now: datetime) -> dict[str, Any]:
    items = ", ".join(f"{line['qty']} × {seed.catalogue[line['sku']]['name']}" for line in parcel["lines"])
    row = {"status": parcel["status"], "items": items, "carrier": parcel.get("carrier", "")}
    row["tracking"] = parcel.get("tracking", "")
    for name, moment in (
        ("eta", _ahead(now, parcel.get("eta_in_days"))),
        ("delivered_at", _ago(now, parcel.get("delivered_days_ago"))),
    ):
        if moment is not None:
            row[name] = moment.isoformat()
    return row


def _address(raw: dict[str, Any]) -> dict[str, str]:
    return {name: str(raw.get(name, "")) for name in _ADDRESS}


def _ago(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now - timedelta(days=days)


def _ahead(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
