"""Every hand-over of an episode, and the facts that reports and dashboard now share. Everybody is judged once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_one_definition"
down_revision = "0007_judge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_handovers",
        sa.Column("episode_id", sa.String(160), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("reason", sa.String(48), nullable=False),
        sa.Column("queue", sa.String(48)),
    )
    op.create_index("ix_outcome_handovers_reason", "outcome_handovers", ["reason"])
    op.create_index("ix_outcome_handovers_queue", "outcome_handovers", ["queue"])
    op.add_column("outcome_episodes", sa.Column("handovers", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("outcome_episodes", sa.Column("in_time", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outcome_episodes", sa.Column("routine", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outcome_episodes", sa.Column("back_after", sa.Float))
    # Until the worker has judged everybody again these are as good as what was kept can tell.
    op.execute("UPDATE outcome_episodes SET in_time = 1 WHERE wait <= 120")
    op.execute("UPDATE outcome_episodes SET routine = 1 WHERE to_resolution <= 172800")
    op.execute("UPDATE outcome_episodes SET back_after = returned_at - first_ended_at")
    op.execute("UPDATE outcome_episodes SET next_at = 0")
    op.drop_column("outcome_episodes", "returned_at")
    op.execute("DELETE FROM outcome_totals")
    op.execute("DELETE FROM outcome_due")
    op.execute("INSERT INTO outcome_due (day, mark) SELECT DISTINCT day, 0 FROM outcome_episodes")


def downgrade() -> None:
    op.add_column("outcome_episodes", sa.Column("returned_at", sa.Float))
    op.execute("UPDATE outcome_episodes SET returned_at = first_ended_at + back_after")
    for name in ("back_after", "routine", "in_time", "handovers"):
        op.drop_column("outcome_episodes", name)
    op.drop_table("outcome_handovers")
    op.execute("DELETE FROM outcome_totals")
    op.execute("DELETE FROM outcome_due")
    op.execute("INSERT INTO outcome_due (day, mark) SELECT DISTINCT day, 0 FROM outcome_episodes")
