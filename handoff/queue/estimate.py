"""How long a customer will wait, from what happened lately. Pure.

A free colleague means the usual time to pick up. Otherwise places free up at the pace of the last conversations:
``slots`` people's places, each taken for a ``handling`` time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

USUAL_PICK_UP = 30.0
USUAL_HANDLING = 480.0
FEWEST = 5
ROUND_TO = 30
SHORTEST = 30


@dataclass(frozen=True)
class Pace:
    """Seconds: from a free place to an accept, and from accept to end, of the newest conversations."""

    pick_up: float = USUAL_PICK_UP
    handling: float = USUAL_HANDLING


def pace(pick_ups: Sequence[float], handlings: Sequence[float]) -> Pace:
    """Medians, or what is usual until there are ``FEWEST`` to go by."""
    return Pace(
        median(pick_ups) if len(pick_ups) >= FEWEST else USUAL_PICK_UP,
        median(handlings) if len(handlings) >= FEWEST else USUAL_HANDLING,
    )


def estimate(position: int, free: int, slots: int, usual: Pace) -> int | None:
    """Seconds until somebody accepts, rounded to half minutes. ``None`` where nobody is there to say it of."""
    if slots <= 0:
        return None
    ahead = max(position - free, 0)
    seconds = usual.pick_up + ahead * usual.handling / slots
    return max(SHORTEST, round(seconds / ROUND_TO) * ROUND_TO)


def worth_telling(told: Place | None, now: Place) -> bool:
    """Whether what the customer last read is materially wrong: another place, half a minute and a quarter more or less,
    or people who came or went."""
    if told is None or told.position != now.position or told.staffed != now.staffed or told.opens_at != now.opens_at:
        return True
    if (told.estimate_seconds is None) != (now.estimate_seconds is None):
        return True
    if told.estimate_seconds is None or now.estimate_seconds is None:
        return False
    change = abs(told.estimate_seconds - now.estimate_seconds)
    return change > ROUND_TO and change > told.estimate_seconds / 4


@dataclass(frozen=True)
class Place:
    position: int
    staffed: bool
    estimate_seconds: int | None = None
    opens_at: str | None = None
