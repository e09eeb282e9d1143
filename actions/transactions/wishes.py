"""Which of several things a message asks for, and which it says are not wanted.

"Don't cancel it, just pause it" names two and wants one. What cannot be told stays open: the customer is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BORDER = re.compile(
    r"[.,;:!?\n–—]|\s-\s|\b(?:but|and|so|please|pls|can you|could you"
    r"|i want|i'd like|i would like|instead(?! of)|(?<!not )just|though)\b"
)
_DENIES = re.compile(r"\b(?:do(?:n'?t| not)|not|never|no longer|without)\b")
_IN_PLACE_OF = re.compile(r"\b(?:instead of|rather than|as opposed to)\b")
_TURN = re.compile(r"\b(?:but|instead(?! of)|(?<!not )just)\b")


@dataclass(frozen=True)
class Wishes:
    """``wanted`` and ``denied`` hold names; a name can be in neither."""

    wanted: frozenset[str]
    denied: frozenset[str]


def read_wishes(text: str, names: Iterable[tuple[str, str]]) -> Wishes:
    """``names`` are what can be wished for, each with the pattern of its words. What follows "just", "but" or "instead"
    wins over what stands before."""
    said = text.lower().replace("’", "'")
    found = sorted((match.start(), name) for name, shape in names for match in re.finditer(shape, said))
    wanted, denied, before = [], set(), 0
    for at, name in found:
        if _denied(said[:at], since=before):
            denied.add(name)
        else:
            wanted.append((at, name))
        before = at + 1
    turns = [match.end() for match in _TURN.finditer(said)]
    last = max((turn for turn in turns if any(at >= turn for at, _ in wanted)), default=0)
    return Wishes(frozenset(name for at, name in wanted if at >= last), frozenset(denied))


def _denied(before: str, *, since: int) -> bool:
    """Within its clause; "instead of" and "rather than" deny only the next thing that is named."""
    clause = max((match.end() for match in _BORDER.finditer(before)), default=0)
    return bool(_DENIES.search(before[clause:]) or _IN_PLACE_OF.search(before, max(clause, since)))
