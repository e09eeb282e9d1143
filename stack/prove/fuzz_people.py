"""The fuzzed customers, each with orders in states that allow something, and the faults of the shop by chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from actions.backend.faults import Fault, Faults, Target
from actions.backend.seed import Seed, add_customer

ORDERS_EACH = 3
FIRST_LETTER = "H"  # the demo's own orders begin with A to F
NUMBERS = 9000
SLOWEST = 2.6  # seconds; longer than the actions wait for a change, shorter than a turn
CHANCES: dict[Target, dict[str, float]] = {
    "apply": {"slow": 0.06, "error": 0.09, "lost_answer": 0.09, "lost_write": 0.08, "duplicate": 0.08},
    "effect": {"error": 0.06, "slow": 0.02},
    "preview": {"error": 0.015, "slow": 0.01},
    "read": {"error": 0.004, "slow": 0.004},
}
"""How likely each fault is in one call."""


class ChanceFaults(Faults):
    """Draws a fault for each call. ``counts``: what was drawn so far."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(f"faults/{seed}")  # noqa: S311 - repeatable, not secret
        self.counts: Counter[str] = Counter()
        self.on = False

    def take(self, target: Target) -> Fault | None:
        if not self.on:
            return None
        left = self._chance.random()
        for kind, likely in CHANCES[target].items():
            left -= likely
            if left < 0:
                self.counts[f"{target}: {kind}"] += 1
                return Fault(kind, self._chance.uniform(0.05, SLOWEST))  # type: ignore[arg-type]
        return None


@dataclass(frozen=True)
class Known:
    """One customer of the shop. ``orders``: the numbers of theirs and the states."""

    id: str
    email: str
    orders: Mapping[str, str]


def populate(engine: sa.Engine, seed: Seed, count: int, chance: random.Random) -> list[Known]:
    """``count`` new customers in the shop, each like one of the demo's, with three of the demo's orders under
    numbers of their own."""
    people = []
    for number in range(count):
        template = chance.choice(list(seed.customers))
        name = f"fuzz-{number}"
        person = template | {"id": name, "email": f"{name}@example.com"}
        taken = chance.sample(list(seed.orders), ORDERS_EACH)
        ids = [order_number(ORDERS_EACH * number + place) for place in range(ORDERS_EACH)]
        orders = [order | {"id": new} for order, new in zip(taken, ids, strict=True)]
        add_customer(engine, seed, datetime.now(UTC), person, orders)
        people.append(Known(name, person["email"], {order["id"]: order["status"] for order in orders}))
    return people


def order_number(place: int) -> str:
    return f"{chr(ord(FIRST_LETTER) + place // NUMBERS)}-{1000 + place % NUMBERS}"
