"""How long a customer will wait, from what happened lately. Pure.

What a colleague is asked to take now means the usual time to pick up. For all else places free up at the pace of the
last conversations, each taken for a ``handling`` time. Whether somebody is free for it is not judged here a second
time: the offers say so.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from handoff.queue.matching import Candidate, Wanted, may_take

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


@dataclass(frozen=True)
class Pool:
    """People who may take the same departments' hand-overs (``None``: what belongs to none). ``free`` and ``capacity``
    in weights; ``free`` counts what nobody has accepted yet as free, and ``capacity`` is above 0."""

    may_take: frozenset[str | None]
    people: frozenset[str]
    free: int
    capacity: int

    def wait(self, taken: int, usual: Pace) -> float:
        """Seconds until the last of ``taken`` places comes free."""
        return max(taken - self.free, 0) * usual.handling / self.capacity

    def next_place(self, usual: Pace) -> float:
        """Seconds until somebody of them ends a conversation."""
        return usual.handling / self.capacity


def pools_of(departments: Collection[str | None], people: Iterable[Candidate]) -> list[Pool]:
    """``people`` by what they may take of these departments; their load is what they have accepted."""
    groups: dict[frozenset[str | None], list[Candidate]] = {}
    for one in people:
        may = frozenset(each for each in departments if may_take(each, one.roles, one.departments))
        if may and one.capacity > 0:
            groups.setdefault(may, []).append(one)
    return [
        Pool(
            may,
            frozenset(one.id for one in group),
            sum(max(one.capacity - one.load, 0) for one in group),
            sum(one.capacity for one in group),
        )
        for may, group in groups.items()
    ]


def stand_in_line(
    waiting: Sequence[Wanted], offers: Mapping[str, str], pools: Sequence[Pool], usual: Pace
) -> list[tuple[int, int | None]]:
    """For each that waits, in order: its number, and the seconds until somebody accepts it. ``offers``: who is asked.

    What is offered takes a place of whom it is offered to; each of the others the place that comes free soonest with
    the people who may take it, and not before one of them ends a conversation. Its number counts those ahead who take
    a place with the same people no later. So what only others can serve keeps nobody waiting. Where nobody is there for
    a department, those ahead of the same one count, and there is no estimate.
    """
    taken = [0] * len(pools)
    starts: list[list[float]] = [[] for _ in pools]
    unserved: Counter[str | None] = Counter()
    stands: list[tuple[int, int | None]] = []
    for one in waiting:
        mine = [index for index, pool in enumerate(pools) if one.department in pool.may_take]
        if not mine:
            ahead = unserved.total() if one.department is None else unserved[one.department] + unserved[None]
            unserved[one.department] += 1
            stands.append((ahead + 1, None))
            continue
        asked = next((index for index in mine if offers.get(one.id) in pools[index].people), None)
        if asked is None:
            start, chosen = min((_start(pools[index], taken[index] + one.weight, usual), index) for index in mine)
        else:
            start, chosen = 0.0, asked
        ahead = sum(bisect_right(starts[index], start) for index in mine)
        taken[chosen] += one.weight
        insort(starts[chosen], start)
        stands.append((ahead + 1, max(SHORTEST, round((usual.pick_up + start) / ROUND_TO) * ROUND_TO)))
    return stands


def _start(pool: Pool, taken: int, usual: Pace) -> float:
    return max(pool.wait(taken, usual), pool.next_place(usual))


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
