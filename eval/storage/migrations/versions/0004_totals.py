"""Totals of outcomes by day and dimension, and the days that are to be counted again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_totals"
down_revision = "0003_outcomes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_totals",
        *(
            sa.Column(name, sa.String(160), primary_key=True)
            for name in ("day", "version", "intent", "channel", "resolver", "queue", "article")
        ),
        sa.Column("totals", sa.JSON, nullable=False),
    )
    op.create_table(
        "outcome_due",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("mark", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO outcome_due (day, mark) SELECT DISTINCT day, 0 FROM outcome_episodes")


def downgrade() -> None:
    op.drop_table("outcome_due")
    op.drop_table("outcome_totals")
