"""Scenarios made of conversations, linked to them until their issue resolves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_made_scenarios"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made_scenarios",
        sa.Column("scenario_id", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(64), nullable=False, unique=True),
        sa.Column("topic", sa.String(64)),
        sa.Column("yaml", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("resolved_by", sa.String(64)),
    )
    op.create_index("ix_made_scenarios_made_at", "made_scenarios", ["made_at"])


def downgrade() -> None:
    op.drop_table("made_scenarios")
