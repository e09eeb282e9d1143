"""The thing that a customer speaks of, in their own words, against the lines of their orders. Pure.

The assistant reads the words (slots ``thing`` and ``trouble``) and may be wrong, so they only ever narrow down what a
question is about to name: a line is found where one alone fits, else the customer is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from actions.backend.port import Line, Order
from actions.transactions.declaration import Request

T = TypeVar("T")
THING, TROUBLE = "thing", "trouble"
PART = ", "
"""Between several of one message, in the slot."""
LONGEST_NOTE = 200
_TELLS_NOTHING = frozenset({"and", "the", "for", "with", "from", "size", "set", "new", "old", "one", "left", "right"})
_LEAST_FOR_A_SLIP = 4


def said(request: Request) -> str:
    """The newest message, and the trouble told for the same wish before it ("the sole came off", then a code)."""
    trouble = "" if request.corrects else request.slot(TROUBLE)
    return request.text if trouble in request.text else f"{request.text}\n{trouble}".strip()


def named_now(request: Request) -> str:
    """The thing that the newest message itself names."""
    thing = request.slot(THING)
    return thing if all(part in request.text for part in thing.split(PART)) else ""


def named_before(request: Request) -> str:
    """The thing that was named before the newest message, for the same wish; a correction is about another."""
    return "" if request.corrects or named_now(request) else request.slot(THING)


def note_of(request: Request) -> str:
    """``left boot: sole came off``, for the colleague who reads the report; empty where neither was read."""
    return ": ".join(filter(None, (request.slot(THING), request.slot(TROUBLE))))[:LONGEST_NOTE]


def line_of(order: Order, thing: str) -> Line | None:
    """The one line of ``order`` that ``thing`` names best; ``None`` where none or several do."""
    return _one(order.lines, thing, lambda line, words: _likeness(line, words))


def order_with(orders: Sequence[Order], thing: str) -> Order | None:
    """The one order with the line that ``thing`` names best; ``None`` where none or several have it."""
    return _one(orders, thing, lambda order, words: max((_likeness(line, words) for line in order.lines), default=0))


def _one(choices: Sequence[T], thing: str, likeness: Callable[[T, list[str]], int]) -> T | None:
    """Several things that are named must all be the same choice; what is like two of them settles nothing."""
    found: list[T] = []
    for part in thing.split(PART):
        scores = [likeness(choice, _words(part)) for choice in choices]
        best = max(scores, default=0)
        found += [choice for choice, score in zip(choices, scores, strict=True) if best and score == best]
    return found[0] if found and all(one == found[0] for one in found) else None


def _likeness(line: Line, words: list[str]) -> int:
    """Two for each of ``words`` that the name has, a slip of the pen and half of a compound allowed, and one more
    where both are about the same in the end: a "boot" is rather a trekking boot than boot wax."""
    named = _words(re.split(r",| for ", line.name)[0])
    shared = 2 * sum(any(_same(word, other) for other in named) for word in words)
    return shared + (1 if shared and _same(words[-1], named[-1]) else 0)


def _words(text: str) -> list[str]:
    said = [word.removesuffix("s") for word in re.findall(r"[^\W\d_]{3,}", text.lower())]
    return [word for word in said if word not in _TELLS_NOTHING]


def _same(word: str, other: str) -> bool:
    if word == other:
        return True
    if min(len(word), len(other)) < _LEAST_FOR_A_SLIP:
        return False
    return word.endswith(other) or other.endswith(word) or _one_slip(word, other)


def _one_slip(word: str, other: str) -> bool:
    """One letter more, less or other, or two beside each other swapped; the first letter stands."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    rest, others = word[at:], other[at:]
    return (
        rest[1:] == others[1:]
        or rest[1:] == others
        or rest == others[1:]
        or (rest[:2] == others[:2][::-1] and rest[2:] == others[2:])
    )
