"""The packet of one hand-over, from the stores."""

from __future__ import annotations

import sqlalchemy as sa

from handoff.contract.packet import Packet
from handoff.conversations.log import find, read_whole
from handoff.episodes.contacts import prior_contacts
from handoff.packet.build import Handoff, LedgerRow, TurnRecord, build
from handoff.storage import tables as t


def load_packet(connection: sa.Connection, row: sa.RowMapping, as_of: str, address: str | None) -> Packet:
    """The whole packet of the hand-over whose ``row`` this is; ``as_of`` decides which promises are overdue,
    ``address`` is the customer's on record."""
    conversation = find(connection, row["conversation_id"])
    turns = connection.execute(
        sa.select(t.turns.c.seq, t.turns.c.result, t.turns.c.model_version)
        .where(t.turns.c.conversation_id == conversation.id, t.turns.c.tracker_version.is_not(None))
        .order_by(t.turns.c.tracker_version)
    )
    ledger = connection.execute(
        sa.select(t.operations.c.id, t.operations.c.arguments, t.operations.c.object_ref).where(
            t.operations.c.conversation_id == conversation.id
        )
    )
    return build(
        conversation,
        read_whole(connection, conversation.id),
        [TurnRecord(r.seq, r.result, r.model_version) for r in turns],
        Handoff(
            row["id"],
            row["seq"],
            row["reason"],
            row["queue"],
            row["priority"],
            row["requested_at"],
            row["skills"],
            row["weight"],
            row["first_wait_at"],
        ),
        prior_contacts(connection, conversation, row["seq"]),
        {r.id: LedgerRow(r.arguments, r.object_ref) for r in ledger},
        as_of,
        address,
    )
