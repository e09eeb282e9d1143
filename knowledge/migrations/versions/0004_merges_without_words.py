"""A gap's history names no question: the notes of merges held the title of the gap that went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

history = sa.table("gap_history", sa.column("id"), sa.column("event"), sa.column("note"))


def upgrade() -> None:
    connection = op.get_bind()
    merges = connection.execute(sa.select(history.c.id, history.c.note).where(history.c.event == "merge")).all()
    for row in merges:
        named = row.note.partition(":")[0].removesuffix(".")
        connection.execute(sa.update(history).where(history.c.id == row.id).values(note=f"{named}."))


def downgrade() -> None:
    """What was erased does not come back."""
