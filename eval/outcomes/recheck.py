"""The false-resolution alarm: an effect that was verified is read back minutes and hours later.

What is due is decided here, purely; who reads is a port. A reading becomes a part of its conversation and through it an
entry of the ledger: "gone" turns a resolution into ``false_resolution``, whatever else was said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from eval.outcomes.model import DAY, HOUR, Episode, StateRead

AFTER: Final = (5 * 60.0, 4 * HOUR, DAY)
"""Seconds after its verification at which an effect is read again."""
RETRY: Final = 15 * 60.0
"""Seconds after a reading that failed until the next try."""
GIVEN_UP_AFTER: Final = 3 * DAY
"""Seconds after its verification from which an effect is not read any more."""


class Done(NamedTuple):
    """An effect that was verified at ``at``. ``person`` as in ``outcome_episodes.person``."""

    operation_id: str
    conversation_id: str
    person: str
    at: float


class Check(NamedTuple):
    """One effect to read back. ``number`` counts the checks of an operation from 0."""

    done: Done
    due_at: float
    number: int


ReadBack = Callable[[Check], Awaitable[Literal["stands", "gone", "unreadable"]]]


def done_in(episodes: Iterable[Episode]) -> list[Done]:
    """The verified effects of episodes; their persons are not known."""
    return [
        Done(operation.operation_id, contact.conversation_id, "", operation.at)
        for episode in episodes
        for contact in episode.contacts
        for operation in contact.operations.values()
        if operation.state == "verified"
    ]


def due(
    effects: Iterable[Done], reads: Mapping[str, Sequence[StateRead]], now: float, after: Sequence[float] = AFTER
) -> list[Check]:
    """The checks whose time has come, oldest first. An unreadable effect is tried again, not counted as read."""
    found = []
    for effect in effects:
        told = reads.get(effect.operation_id, ())
        number = sum(read.result != "unreadable" for read in told)
        failed = [read.at for read in told if read.result == "unreadable"]
        if number >= len(after) or now > effect.at + GIVEN_UP_AFTER:
            continue
        due_at = max(effect.at + after[number], failed[-1] + RETRY if failed else 0.0)
        if due_at <= now:
            found.append(Check(effect, due_at, number))
    return sorted(found, key=lambda check: check.due_at)


async def run(checks: Iterable[Check], read_back: ReadBack, now: Callable[[], float]) -> list[StateRead]:
    """Read each effect once through the port."""
    return [StateRead(check.done.operation_id, now(), await read_back(check)) for check in checks]
