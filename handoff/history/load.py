"""Read a history from the log's database, for the checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from handoff.conversations.log import WireEvent, read_events
from handoff.history.checker import History, StoredTurn
from handoff.storage import tables as t

WHOLE_LOG = 1_000_000


def conversation_ids(connection: sa.Connection) -> list[str]:
    return [row.id for row in connection.execute(sa.select(t.conversations.c.id))]


def load(
    connection: sa.Connection,
    conversation_id: str,
    *,
    acknowledged: Mapping[str, int] | None = None,
    views: Sequence[Sequence[WireEvent]] = (),
    effects: Mapping[str, int] | None = None,
    settled: bool = True,
) -> History:
    turns = connection.execute(
        sa.select(t.turns.c.reply_to, t.turns.c.result)
        .where(t.turns.c.conversation_id == conversation_id, t.turns.c.tracker_version.is_not(None))
        .order_by(t.turns.c.tracker_version)
    )
    return History(
        conversation_id=conversation_id,
        events=read_events(connection, conversation_id, 0, WHOLE_LOG),
        turns=[StoredTurn(tuple(row.reply_to), tuple(row.result["tracker_events"])) for row in turns],
        acknowledged=acknowledged or {},
        views=views,
        effects=effects or {},
        settled=settled,
    )
