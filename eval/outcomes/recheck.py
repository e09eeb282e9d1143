"""The false-resolution alarm: an effect that was verified is read back minutes and hours later.

What is due is decided here, purely; who reads is a port. A reading becomes an input of ``classify`` and through it an
entry of the ledger: "gone" turns a resolution into ``false_resolution``, whatever else was said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from eval.outcomes.classify import StateRead
from eval.outcomes.model import DAY, HOUR, Episode, Ref

AFTER: Final = (5 * 60.0, 4 * HOUR, DAY)
"""Seconds after its verification at which an effect is read again."""
RETRY: Final = 15 * 60.0
"""Seconds after a reading that failed until the next try."""


class Check(NamedTuple):
    """One effect to read back. ``number`` counts the checks of an operation from 0."""

    operation_id: str
    kind: str
    conversation_id: str
    episode_id: str
    due_at: float
    number: int
    ref: Ref


ReadBack = Callable[[Check], Awaitable[Literal["stands", "gone", "unreadable"]]]


def due(
    episodes: Iterable[Episode], reads: Mapping[str, Sequence[StateRead]], now: float, after: Sequence[float] = AFTER
) -> list[Check]:
    """The checks whose time has come, oldest first. An unreadable effect is tried again, not counted as read."""
    found = []
    for episode in episodes:
        for contact in episode.contacts:
            for operation in contact.operations.values():
                if operation.state != "verified":
                    continue
                done = [read for read in reads.get(operation.operation_id, ()) if read.result != "unreadable"]
                failed = [read for read in reads.get(operation.operation_id, ()) if read.result == "unreadable"]
                if len(done) >= len(after):
                    continue
                due_at = operation.at + after[len(done)]
                if failed:
                    due_at = max(due_at, failed[-1].at + RETRY)
                if due_at <= now:
                    found.append(
                        Check(
                            operation.operation_id, operation.kind, contact.conversation_id, episode.id, due_at,
                            len(done), operation.ref,
                        )
                    )  # fmt: skip
    return sorted(found, key=lambda check: check.due_at)


async def run(checks: Iterable[Check], read_back: ReadBack, now: Callable[[], float]) -> list[StateRead]:
    """Read each effect once through the port."""
    return [StateRead(check.operation_id, now(), await read_back(check)) for check in checks]
