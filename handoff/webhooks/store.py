"""Webhooks and their delivery log in SQL. Deliveries refer to events; what is sent is read from the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from handoff.conversations.log import WireEvent, wire_event
from handoff.errors import NotFound
from handoff.storage import tables as t
from handoff.webhooks.rules import wants

MOST_SHOWN = 200


def webhook(connection: sa.Connection, webhook_id: str) -> sa.RowMapping:
    """Raises ``NotFound``."""
    row = connection.execute(sa.select(t.webhooks).where(t.webhooks.c.id == webhook_id)).mappings().first()
    if row is None:
        raise NotFound("webhook_not_found", "There is no such webhook.")
    return row


def webhooks(connection: sa.Connection, *, active: bool = False) -> list[sa.RowMapping]:
    query = sa.select(t.webhooks).order_by(t.webhooks.c.created_at, t.webhooks.c.id)
    return list(connection.execute(query.where(t.webhooks.c.active) if active else query).mappings())


def newest_position(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(t.outbox.c.id), 0))).scalar_one())


def collect(connection: sa.Connection, row: sa.RowMapping, events: Iterable[WireEvent], position: int, now: str) -> int:
    """Write a delivery for each event that ``row`` wants, and up to where the outbox was read; how many."""
    moved = sa.update(t.webhooks).where(t.webhooks.c.id == row["id"], t.webhooks.c.position == row["position"])
    if connection.execute(moved.values(position=position)).rowcount != 1:
        return 0  # another worker has read these
    rows = [
        {
            "webhook_id": row["id"],
            "message_id": event["id"],
            "event_id": event["id"],
            "event_type": event["type"],
            "conversation_id": event["conversation_id"],
            "seq": event["seq"],
            "state": "pending",
            "attempts": 0,
            "next_at": now,
            "created_at": now,
        }
        for event in events
        if wants(row["events"], event["type"])
    ]
    if rows:
        connection.execute(sa.insert(t.webhook_deliveries), rows)
    return len(rows)


def due(connection: sa.Connection, now: str, share: int, busy: Collection[str] = ()) -> list[sa.RowMapping]:
    """Deliveries whose time has come, at most ``share`` of each active webhook that is not ``busy``; of each
    conversation only the first that is not through."""
    this, earlier = t.webhook_deliveries, t.webhook_deliveries.alias()
    waits = sa.exists().where(
        earlier.c.webhook_id == this.c.webhook_id,
        earlier.c.conversation_id == this.c.conversation_id,
        earlier.c.state == "pending",
        earlier.c.seq < this.c.seq,
    )
    turn = sa.func.row_number().over(partition_by=this.c.webhook_id, order_by=(this.c.next_at, this.c.id))
    ready = (
        sa.select(this.c.id, turn.label("turn"))
        .join(t.webhooks, t.webhooks.c.id == this.c.webhook_id)
        .where(this.c.state == "pending", this.c.next_at <= now, t.webhooks.c.active, ~waits)
        .where(this.c.webhook_id.not_in(list(busy)))
        .subquery()
    )
    query = (
        sa.select(this, t.webhooks.c.url, t.webhooks.c.secrets, t.webhooks.c.texts)
        .join(t.webhooks, t.webhooks.c.id == this.c.webhook_id)
        .join(ready, ready.c.id == this.c.id)
        .where(ready.c.turn <= share)
        .order_by(this.c.next_at, this.c.id)
    )
    return list(connection.execute(query).mappings())


def event(connection: sa.Connection, event_id: str) -> WireEvent:
    query = (
        sa.select(t.events, t.event_content.c.content)
        .select_from(t.events.outerjoin(t.event_content))
        .where(t.events.c.id == event_id)
    )
    return wire_event(connection.execute(query).mappings().one())


def settle(connection: sa.Connection, delivery_id: int, **values: Any) -> None:
    connection.execute(sa.update(t.webhook_deliveries).where(t.webhook_deliveries.c.id == delivery_id).values(**values))


def deliveries(connection: sa.Connection, webhook_id: str, state: str | None) -> list[sa.RowMapping]:
    """The newest first."""
    mine = t.webhook_deliveries.c.webhook_id == webhook_id
    query = sa.select(t.webhook_deliveries).where(mine).order_by(t.webhook_deliveries.c.id.desc()).limit(MOST_SHOWN)
    return list(connection.execute(query.where(t.webhook_deliveries.c.state == state) if state else query).mappings())
