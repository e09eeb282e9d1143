"""What the stores hold after a trial, held against what the customers saw and what the shop shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from bot.text.normalise import harmless
from handoff.history.checker import History, check
from handoff.history.load import conversation_ids, load
from handoff.storage import tables as t
from stack.prove.customers import fate
from stack.prove.people import Shop
from stack.prove.trial import Result

EFFECT_STATES = frozenset({"done", "verified", "unknown"})


class Evidence:
    """Reads the log of the proof's stack. ``engine`` is on its database."""

    def __init__(self, engine: sa.Engine, shop: Shop) -> None:
        self._engine = engine
        self._shop = shop

    def violations(self, result: Result) -> list[str]:
        """Every invariant that the trial broke, as the checker says it."""
        found: list[str] = []
        effects = self._shop.effects()
        with self._engine.connect() as connection:
            for customer, fresh in zip(result.customers, result.fresh_views, strict=True):
                mine = _operations(connection, customer.id)
                history = load(
                    connection,
                    customer.id,
                    acknowledged=customer.acknowledged,
                    views=[customer.view, fresh],
                    effects={key: effects.get(key, 0) for key in mine},
                )
                history = replace(history, reading=harmless)
                found += [str(violation) for violation in check(history)]
                found += lies(history, mine, effects)
        return found + unproven(result)

    def violations_of_all(self) -> list[str]:
        """The whole log once more, at the end, conversations that no client knows of (their opening was cut) too."""
        found = []
        effects = self._shop.effects()
        with self._engine.connect() as connection:
            for conversation_id in conversation_ids(connection):
                shown = {key: effects.get(key, 0) for key in _operations(connection, conversation_id)}
                history = replace(load(connection, conversation_id, effects=shown), reading=harmless)
                found += [str(violation) for violation in check(history)]
        twice = [order for order, count in self._shop.cancellations().items() if count > 1]
        found += [f"I8: order {order} was cancelled more than once" for order in twice]
        more = [conversation for conversation, count in self._shop.codes().items() if count > 1]
        return found + [f"I8 {conversation}: more than one code was sent" for conversation in more]

    def operations(self) -> dict[str, int]:
        """How many operations ended in which state."""
        query = sa.select(t.operations.c.state, sa.func.count()).group_by(t.operations.c.state)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def messages(self) -> int:
        query = sa.select(sa.func.count()).where(t.events.c.type == "message.sent", t.events.c.source == "customer")
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)


def _operations(connection: sa.Connection, conversation_id: str) -> dict[str, str]:
    query = sa.select(t.operations.c.id, t.operations.c.state).where(t.operations.c.conversation_id == conversation_id)
    return {row.id: row.state for row in connection.execute(query)}


def unproven(result: Result) -> list[str]:
    """A right code that was entered and answered, and nobody is verified by it."""
    victim = result.customers[0]
    if result.plan.act != "proof" or any(event["type"] == "customer.verified" for event in victim.view):
        return []
    entered = next(sent for sent in victim.sent if sent.what.isdigit())
    return [f"I8 {victim.id}: the right code proved nothing"] if fate(victim, entered.seq).end == "answered" else []


def lies(history: History, operations: Mapping[str, str], effects: Mapping[str, int]) -> list[str]:
    """Operations whose record says something else than the shop shows: nothing is claimed that did not happen."""
    found = []
    for operation, state in operations.items():
        happened = effects.get(operation, 0) > 0
        if happened and state not in EFFECT_STATES:
            found.append(f"I8 {history.conversation_id}: the shop shows an effect of {operation}, which is {state}")
        if not happened and state in ("done", "verified"):
            found.append(f"I8 {history.conversation_id}: {operation} is {state} and the shop shows no effect")
    return found
