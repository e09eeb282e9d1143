"""A clock that moves for some conversations alone: everything that happened in them happened longer ago.

Rules read the time between a stored moment and now. Moving the stored moments back is the same to every rule as moving
now ahead, and it leaves all other conversations and the machine's clock alone. The order and the distances within a
log stay as they were. For evaluation; nothing in production calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.errors import Conflict
from handoff.storage import tables as t

LENGTH_OF_A_STAMP = 32
MOMENTS_IN_JSON = frozenset({"due_at", "good_until"})
"""Moments that lie inside JSON columns: a promise's due time, and until when a yes counts."""
OPEN_TURN = "turn_lease"


def age(connection: sa.Connection, conversation_ids: Sequence[str], by: timedelta) -> None:
    """Raises ``Conflict`` while a turn is in flight in one of them."""
    if not conversation_ids:
        return
    busy = sa.select(t.conversations.c.id).where(
        t.conversations.c.id.in_(conversation_ids), t.conversations.c.turn_id.is_not(None)
    )
    if connection.execute(busy.with_for_update()).first() is not None:
        raise Conflict("turn_in_flight", "The assistant is answering; move the clock when it is done.")
    for table in t.metadata.sorted_tables:
        key = _belongs(table)
        if key is not None:
            _age_table(connection, table, key.in_(conversation_ids), by)


def of_customer(connection: sa.Connection, customer_id: str) -> list[str]:
    """The conversations of a customer, oldest first."""
    query = sa.select(t.conversations.c.id).where(t.conversations.c.customer_id == customer_id)
    return list(connection.execute(query.order_by(t.conversations.c.opened_at)).scalars())


def _belongs(table: sa.Table) -> sa.Column[Any] | None:
    if table is t.conversations:
        return table.c.id
    return table.c.get("conversation_id")


def _is_moment(column: sa.Column[Any]) -> bool:
    text = isinstance(column.type, sa.String) and column.type.length == LENGTH_OF_A_STAMP
    return text and column.name.endswith(("_at", "_until")) and column.name != OPEN_TURN


def _age_table(connection: sa.Connection, table: sa.Table, mine: sa.ColumnElement[bool], by: timedelta) -> None:
    columns = [column for column in table.columns if _is_moment(column) or isinstance(column.type, sa.JSON)]
    if not columns:
        return
    keys = list(table.primary_key.columns)
    for row in connection.execute(sa.select(*keys, *columns).where(mine)).mappings().all():
        moved = {column.name: _earlier(row[column.name], column, by) for column in columns}
        changed = {name: value for name, value in moved.items() if value != row[name]}
        if changed:
            this = sa.and_(*(key == row[key.name] for key in keys))
            connection.execute(sa.update(table).where(this).values(**changed))


def _earlier(value: Any, column: sa.Column[Any], by: timedelta) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.JSON):
        return _earlier_within(value, by)
    return stamp(parse(value) - by)


def _earlier_within(value: Any, by: timedelta) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        name: stamp(parse(inner) - by) if name in MOMENTS_IN_JSON and isinstance(inner, str) else inner
        for name, inner in value.items()
    }
