"""Read a history from the log's database, for the checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from handoff.conversations.log import WireEvent, read_whole
from handoff.history.checker import History
from handoff.history.trackers import StoredTurn
from handoff.storage import tables as t


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
    trackers: bool = True,
) -> History:
    """``effects`` is ``None`` where the business system was not looked at. Without ``trackers`` what the turns put into
    Rasa's tracker is not looked at either: a scripted assistant has none."""
    head, again = -1, _head(connection, conversation_id)
    while head != again:  # it grew while it was read
        head = again
        turns = connection.execute(
            sa.select(t.turns.c.reply_to, t.turns.c.trigger, t.turns.c.result)
            .where(t.turns.c.conversation_id == conversation_id, t.turns.c.tracker_version.is_not(None))
            .order_by(t.turns.c.tracker_version)
        ).all()
        events = read_whole(connection, conversation_id)
        again = _head(connection, conversation_id)
    return History(
        conversation_id=conversation_id,
        events=events,
        head_seq=head,
        turns=[
            StoredTurn(tuple(row.reply_to), tuple(row.result["tracker_events"]) if trackers else None, row.trigger)
            for row in turns
        ],
        acknowledged=acknowledged or {},
        views=views,
        effects=effects,
        settled=settled,
    )


def _head(connection: sa.Connection, conversation_id: str) -> int:
    query = sa.select(t.conversations.c.head_seq).where(t.conversations.c.id == conversation_id)
    return int(connection.execute(query).scalar_one())
