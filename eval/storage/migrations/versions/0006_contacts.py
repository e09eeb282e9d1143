"""Contacts under every vendor's definition. Everybody is judged once more, so that theirs are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_contacts"
down_revision = "0005_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_contacts",
        sa.Column("id", sa.String(160), primary_key=True),
        sa.Column("episode_id", sa.String(160), nullable=False),
        sa.Column("person", sa.String(160), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("ours", sa.Integer, nullable=False),
        sa.Column("counted", sa.Integer, nullable=False),
        sa.Column("resolved", sa.Integer, nullable=False),
    )
    op.create_index("ix_outcome_contacts_episode_id", "outcome_contacts", ["episode_id"])
    op.create_index("ix_outcome_contacts_person", "outcome_contacts", ["person"])
    op.execute("UPDATE outcome_episodes SET next_at = 0")


def downgrade() -> None:
    op.drop_table("outcome_contacts")
