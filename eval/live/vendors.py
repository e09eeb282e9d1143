"""Kept contacts under the vendors' definitions of "resolved" (``eval.rosetta``) beside ours, and who disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from eval.live.shares import Condition, E
from eval.outcomes.model import Episode
from eval.rosetta import DEFINITIONS, seen_of
from eval.storage.tables import outcome_contacts, outcome_episodes

C = outcome_contacts.c
BITS = {definition.name: 1 << at for at, definition in enumerate(DEFINITIONS)}
Side = Literal["theirs", "ours"]
Part = Literal["theirs", "ours", "resolved", "counted"]
"""Of a definition: where it and ours disagree, what it holds to be resolved, and what it is taken of."""


def rows(person: str, episodes: Sequence[Episode], now: float) -> list[dict[str, Any]]:
    """What is kept of each contact of a person."""
    found = []
    for name, seen in seen_of(episodes, now).items():
        counted = sum(BITS[each.name] for each in DEFINITIONS if each.counts(seen))
        resolved = sum(BITS[each.name] for each in DEFINITIONS if BITS[each.name] & counted and each.resolved(seen))
        found.append(
            {
                "id": name, "episode_id": seen.episode.id, "person": person,
                "conversation_id": seen.contact.conversation_id, "ours": int(seen.ours), "counted": counted,
                "resolved": resolved,
            }
        )  # fmt: skip
    return found


def columns() -> list[tuple[str, sa.ColumnElement[Any]]]:
    """What is counted of contacts joined with their episodes, under the names of the totals: ``vendor/<name>/n`` and
    ``hits``, and ``theirs`` and ``ours``, the matured episodes on which a definition and ours disagree."""
    found: list[tuple[str, sa.ColumnElement[Any]]] = []
    sides: tuple[Side, ...] = ("theirs", "ours")
    for name, bit in BITS.items():
        for told, bits in (("n", C.counted), ("hits", C.resolved)):
            found.append((f"vendor/{name}/{told}", sa.func.sum(sa.case((bits.bitwise_and(bit) != 0, 1), else_=0))))
        for side in sides:
            apart = sa.case((sa.and_(E.matured == 1, _apart(name, side)), C.episode_id))
            found.append((f"vendor/{name}/{side}", sa.func.count(sa.distinct(apart))))
    return found


def _apart(name: str, side: Side) -> sa.ColumnElement[bool]:
    theirs = C.resolved.bitwise_and(BITS[name]) != 0
    return sa.and_(theirs, C.ours == 0) if side == "theirs" else sa.and_(sa.not_(theirs), C.ours == 1)


def disagreements(name: str, side: Part) -> Sequence[Condition]:
    """What holds of the matured episodes with a contact on which a definition and ours disagree; of the episodes with
    one that it holds to be ``resolved``, or that it counts at all."""
    if side == "theirs" or side == "ours":
        return (E.matured == 1, E.id.in_(sa.select(C.episode_id).where(_apart(name, side))))
    bits = C.resolved if side == "resolved" else C.counted
    return (E.id.in_(sa.select(C.episode_id).where(bits.bitwise_and(BITS[name]) != 0)),)


def apart_on(connection: sa.Connection, conversation_ids: Sequence[str]) -> set[str]:
    """Those of the conversations with a matured episode that some definition counts and judges otherwise than ours."""
    otherwise = sa.or_(sa.and_(C.ours == 1, C.resolved != C.counted), sa.and_(C.ours == 0, C.resolved != 0))
    query = sa.select(C.conversation_id).join(outcome_episodes, C.episode_id == E.id)
    found = query.where(C.conversation_id.in_(conversation_ids), E.matured == 1, otherwise)
    return set(connection.execute(found).scalars())
