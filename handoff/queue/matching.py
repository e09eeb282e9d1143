"""Who may take a hand-over, and whom it is offered to. Pure.

A department is a right: only its people (and leads) may take what is its. Skills, language and seniority are a wish:
the best fit gets the offer, and nobody waits for a perfect one that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

ANY_DEPARTMENT = ("lead", "admin")
SENIORS = ("senior", "lead", "admin")


@dataclass(frozen=True)
class Wanted:
    """A hand-over that waits. ``passed_by`` had their chance."""

    id: str
    rank: int
    department: str | None
    skills: tuple[str, ...]
    language: str
    senior: bool
    weight: int = 1
    passed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """``load`` and ``capacity`` in weights; ``load`` counts what was offered and not answered yet."""

    id: str
    roles: tuple[str, ...]
    departments: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    load: int


def may_take(department: str | None, roles: Collection[str], departments: Collection[str]) -> bool:
    """Whose it is. Somebody without any department belongs to all of them."""
    return department is None or not departments or department in departments or bool(set(roles) & set(ANY_DEPARTMENT))


def same_people(
    one: str | None, other: str | None, people: Collection[tuple[Collection[str], Collection[str]]]
) -> bool:
    """Whether people who take the one department's hand-overs take the other's, too. ``people``: roles and departments.

    Leads may take all of them and are there for what others cannot, so they tie no departments together.
    """
    if one is None or other is None or one == other:
        return True
    own = [departments for roles, departments in people if not set(roles) & set(ANY_DEPARTMENT)]
    return any(not departments or {one, other} <= set(departments) for departments in own)


def has_room(weight: int, load: int, capacity: int) -> bool:
    """Whether it fits. One that is heavier than all of an agent's capacity fits an agent who has nothing else."""
    return load + weight <= capacity or (load == 0 and capacity > 0)


def fit(wanted: Wanted, candidate: Candidate) -> tuple[int, int, int]:
    """Better is larger: language first (they must understand each other), then seniority, then skills."""
    senior = bool(set(candidate.roles) & set(SENIORS))
    return (
        int(wanted.language.split("-")[0] in {language.split("-")[0] for language in candidate.languages}),
        int(senior if wanted.senior else not senior),
        len(set(wanted.skills) & set(candidate.skills)),
    )


def best(wanted: Wanted, candidates: Iterable[Candidate]) -> Candidate | None:
    """The best fit among those who may, have room and did not pass it by; among equals the least loaded, then by id, so
    that everybody computes the same.

    What wants a senior colleague goes to one who has room; one who has none keeps it from nobody.
    """
    fitting = [
        one
        for one in candidates
        if may_take(wanted.department, one.roles, one.departments)
        and one.id not in wanted.passed_by
        and has_room(wanted.weight, one.load, one.capacity)
    ]
    return min(fitting, key=lambda one: (_worse(wanted, one), one.load / one.capacity, one.id), default=None)


def nobody_left(wanted: Wanted, candidates: Iterable[Candidate]) -> bool:
    """Whether it could be offered to somebody with room, but for their having passed it by."""
    there = list(candidates)
    return best(wanted, there) is None and best(replace(wanted, passed_by=()), there) is not None


def _worse(wanted: Wanted, candidate: Candidate) -> tuple[int, ...]:
    return tuple(-part for part in fit(wanted, candidate))


def plan_offers(waiting: Sequence[Wanted], candidates: Mapping[str, Candidate]) -> dict[str, str]:
    """Who is offered what now: by rank, each offer counting against the capacity of whom it went to."""
    there = dict(candidates)
    made: dict[str, str] = {}
    for wanted in sorted(waiting, key=lambda one: (one.rank, one.id)):
        chosen = best(wanted, there.values())
        if chosen is None:
            continue
        made[wanted.id] = chosen.id
        there[chosen.id] = Candidate(**{**vars(chosen), "load": chosen.load + wanted.weight})
    return made
