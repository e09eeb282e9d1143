"""What the business system showed when effects were read back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_reads"
down_revision = "0004_totals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_reads",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("operation_id", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("result", sa.String(12), nullable=False),
    )
    op.create_index("ix_outcome_reads_operation_id", "outcome_reads", ["operation_id"])


def downgrade() -> None:
    op.drop_table("outcome_reads")
