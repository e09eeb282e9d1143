"""Kept contacts under the vendors' definitions of "resolved" (``eval.rosetta``) beside ours, and who disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from eval.intents import wilson
from eval.live.shares import E, Period
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
    """One row a definition: its rate, and in how many matured contacts it and we disagree."""
    key = (C.counted, C.resolved, C.ours, E.matured)
    query = sa.select(*key, sa.func.count()).select_from(_BOTH).where(*period.conditions()).group_by(*key)
    groups = list(connection.execute(query))
    found = []
    for definition in DEFINITIONS:
        bit = BITS[definition.name]
        n = sum(count for counted, _, _, _, count in groups if counted & bit)
        hits = sum(count for _, resolved, _, _, count in groups if resolved & bit)
        theirs = sum(count for _, resolved, ours, ripe, count in groups if ripe and resolved & bit and not ours)
        ours_only = sum(count for _, resolved, ours, ripe, count in groups if ripe and ours and not resolved & bit)
        found.append(
            {
                "name": definition.name, "title": definition.title, "rule": definition.rule,
                "window": definition.window, "denominator": definition.denominator, "value": hits / n if n else None,
                "interval_95": wilson(hits, n), "hits": hits, "n": n, "only_theirs": theirs, "only_ours": ours_only,
            }
        )  # fmt: skip
    return found


def listing(connection: sa.Connection, period: Period, name: str, side: Side, most: int) -> list[sa.RowMapping]:
    """The newest matured episodes of the contacts on which a definition and ours disagree."""
    theirs = C.resolved.bitwise_and(BITS[name]) != 0
    apart = sa.and_(theirs, C.ours == 0) if side == "theirs" else sa.and_(sa.not_(theirs), C.ours == 1)
    episodes = sa.select(C.episode_id).where(apart)
    query = sa.select(outcome_episodes).where(*period.conditions(), E.matured == 1, E.id.in_(episodes))
    return list(connection.execute(query.order_by(E.opened_at.desc(), E.id.desc()).limit(most)).mappings())


_BOTH = outcome_contacts.join(outcome_episodes, outcome_episodes.c.id == C.episode_id)
