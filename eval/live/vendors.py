"""Kept contacts under the vendors' definitions of "resolved" (``eval.rosetta``) beside ours, and who disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from eval.intents import wilson
from eval.live.shares import Condition, E, Period
from eval.outcomes.model import Episode
from eval.rosetta import DEFINITIONS, seen_of
from eval.storage.tables import outcome_contacts, outcome_episodes

C = outcome_contacts.c
BITS = {definition.name: 1 << at for at, definition in enumerate(DEFINITIONS)}
Side = Literal["theirs", "ours"]


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


def panel(connection: sa.Connection, period: Period) -> list[dict[str, Any]]:
    """One row a definition: its rate over contacts, and on how many matured episodes it and we disagree."""
    columns = [each for name in BITS for each in _columns(name)]
    told = connection.execute(sa.select(*columns).select_from(_BOTH).where(*period.conditions())).mappings().one()
    found = []
    for definition in DEFINITIONS:
        n, hits = int(told[f"{definition.name}/n"] or 0), int(told[f"{definition.name}/hits"] or 0)
        found.append(
            {
                "name": definition.name, "title": definition.title, "rule": definition.rule,
                "window": definition.window, "denominator": definition.denominator, "value": hits / n if n else None,
                "interval_95": wilson(hits, n), "hits": hits, "n": n,
                "only_theirs": int(told[f"{definition.name}/theirs"]),
                "only_ours": int(told[f"{definition.name}/ours"]),
            }
        )  # fmt: skip
    return found


def _columns(name: str) -> list[sa.Label[Any]]:
    counted, resolved = C.counted.bitwise_and(BITS[name]) != 0, C.resolved.bitwise_and(BITS[name]) != 0
    sides: tuple[Side, ...] = ("theirs", "ours")
    apart = [sa.case((sa.and_(E.matured == 1, _apart(name, side)), C.episode_id)) for side in sides]
    return [
        sa.func.sum(sa.case((counted, 1), else_=0)).label(f"{name}/n"),
        sa.func.sum(sa.case((resolved, 1), else_=0)).label(f"{name}/hits"),
        *(sa.func.count(sa.distinct(each)).label(f"{name}/{side}") for each, side in zip(apart, sides, strict=True)),
    ]


def _apart(name: str, side: Side) -> sa.ColumnElement[bool]:
    theirs = C.resolved.bitwise_and(BITS[name]) != 0
    return sa.and_(theirs, C.ours == 0) if side == "theirs" else sa.and_(sa.not_(theirs), C.ours == 1)


def disagreements(name: str, side: Side) -> Sequence[Condition]:
    """What holds of the matured episodes with a contact on which a definition and ours disagree."""
    return (E.matured == 1, E.id.in_(sa.select(C.episode_id).where(_apart(name, side))))


_BOTH = outcome_contacts.join(outcome_episodes, outcome_episodes.c.id == C.episode_id)
