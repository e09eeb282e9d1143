"""What the simulated customers write: the same for us and for the stock bot, drawn from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actions.backend.seed import read_seed

FILE = Path(__file__).with_name("messages.jsonl")
LENGTH = 5  # messages of a conversation
MIDDLE = ("order", "howto", "order", "howto", "howto", "chat")  # the mix between the first and the last message
TRACKED = frozenset({"shipped", "in_transit", "out_for_delivery", "delayed"})


@dataclass(frozen=True)
class Script:
    """One conversation: who writes, and what."""

    customer_id: str
    texts: tuple[str, ...]


def scripts(count: int, seed: int) -> list[Script]:
    """``count`` conversations of ``LENGTH`` messages: a greeting or a request first, thanks or a question last."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable mix, not a secret
    texts = _texts_by_kind()
    people = _customers_with_orders()
    return [_script(chance, texts, *people[number % len(people)]) for number in range(count)]


def _script(chance: random.Random, texts: dict[str, list[str]], customer_id: str, orders: Sequence[str]) -> Script:
    kinds = [chance.choice(("hello", "order", "howto"))]
    kinds += [chance.choice(MIDDLE) for _ in range(LENGTH - 2)]
    kinds.append(chance.choice(("bye", "howto")))
    drawn: list[str] = []
    for kind in kinds:  # nobody repeats themselves: that would be a sign of frustration
        drawn.append(chance.choice([text for text in texts[kind] if text not in drawn]))
    return Script(customer_id, tuple(text.format(order=chance.choice(orders)) for text in drawn))


def _texts_by_kind() -> dict[str, list[str]]:
    by_kind: dict[str, list[str]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        row = json.loads(line)
        by_kind.setdefault(row["kind"], []).append(row["text"])
    return by_kind


def _customers_with_orders() -> list[tuple[str, list[str]]]:
    """Demo customers who wait for something, with the orders that they ask about."""
    orders: dict[str, list[str]] = {}
    for order in read_seed().orders:
        if order["status"] in TRACKED:
            orders.setdefault(order["customer"], []).append(order["id"])
    return sorted(orders.items())
