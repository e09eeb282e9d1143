"""What each trial does, drawn from the seed before anything runs. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")
Act = Literal["chat", "order", "howto", "cancel", "confirm", "burst", "person", "code", "proof"]
Point = Literal["with_send", "after_ack", "in_action", "before_answer", "anywhere"]

ACTS: tuple[Act, ...] = ("chat", "order", "howto", "cancel", "confirm", "burst", "person", "code", "proof")
POINTS: tuple[Point, ...] = ("with_send", "after_ack", "in_action", "before_answer", "anywhere")
LATEST_FIRST_WORD = 1.5  # seconds after the kill in which somebody writes who had been silent


@dataclass(frozen=True)
class Plan:
    """``act`` is what the customer does whose turn is hit. ``share`` places the kill on the way from the
    acknowledgement (0) to the usual moment of the answer (1); for ``with_send``, on the message's way to us. ``later``
    and ``pause``: when the silent customer and the one with a person write, in seconds after the kill."""

    number: int
    target: str
    act: Act
    point: Point
    share: float
    later: float
    pause: float


def plans(target: str, trials: int, seed: int) -> list[Plan]:
    """Every act and every point about equally often, in an order that the seed decides."""
    chance = random.Random(f"{seed}/{target}")  # noqa: S311 - repeatable, not secret
    acts = _dealt(chance, ACTS, trials)
    points = _dealt(chance, POINTS, trials)
    return [
        Plan(
            number=number,
            target=target,
            act=acts[number],
            point=points[number],
            share=_share(chance, points[number]),
            later=round(chance.uniform(0.02, LATEST_FIRST_WORD), 3),
            pause=round(chance.uniform(0.02, LATEST_FIRST_WORD), 3),
        )
        for number in range(trials)
    ]


def _share(chance: random.Random, point: Point) -> float:
    between = {
        "with_send": (0.0, 1.0),
        "after_ack": (0.0, 0.0),
        "in_action": (0.25, 0.7),
        "before_answer": (0.75, 1.0),
        "anywhere": (0.0, 1.2),
    }[point]
    return round(chance.uniform(*between), 3)


def _dealt(chance: random.Random, cards: tuple[T, ...], count: int) -> list[T]:
    """``count`` cards from whole decks, each deck shuffled."""
    dealt: list[T] = []
    while len(dealt) < count:
        dealt += chance.sample(cards, len(cards))
    return dealt[:count]
