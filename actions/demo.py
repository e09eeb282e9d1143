"""What ``./frontdesk demo`` shows: read from the seed, so that it needs no running stack."""

from __future__ import annotations

from typing import Any

from actions.backend.seed import Seed, order_total, read_seed


def demo_customers(seed: Seed | None = None) -> list[dict[str, Any]]:
    """``[{id, name, email, orders: [{id, status, total, currency}]}]``; totals are decimal strings."""
    seed = seed or read_seed()
    currency = seed.company["currency"]
    mine: dict[str, list[dict[str, str]]] = {customer["id"]: [] for customer in seed.customers}
    for order in seed.orders:
        total = f"{order_total(seed, order):.2f}"
        row = {"id": order["id"], "status": order["status"], "total": total, "currency": currency}
        mine[order["customer"]].append(row)
    return [
        {"id": customer["id"], "name": customer["name"], "email": customer["email"], "orders": mine[customer["id"]]}
        for customer in seed.customers
    ]
