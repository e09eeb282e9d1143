"""What reviewers say of hand-overs, for the figures of outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from eval.outcomes.model import TransferLabel
from eval.quality import store
from eval.quality.report import labels_of

AT_A_TIME = 500


def handover_labels(connection: sa.Connection, conversation_ids: Sequence[str]) -> dict[str, TransferLabel]:
    """By conversation, where all who read it agree. Only of those drawn by chance: the hard ones, read more often,
    would make hand-overs look other than they are."""
    found: dict[str, TransferLabel] = {}
    for start in range(0, len(conversation_ids), AT_A_TIME):
        rows = store.drawn_by_chance(connection, conversation_ids[start : start + AT_A_TIME])
        found.update({each.conversation_id: each.handover for each in labels_of(rows) if each.handover is not None})
    return found
