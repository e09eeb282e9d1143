"""What reviewers say of an episode's hand-over. Everybody is judged once more, so that what was said counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_handover_labels"
down_revision = "0008_one_definition"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outcome_episodes", sa.Column("handover", sa.String(16)))
    op.execute("UPDATE outcome_episodes SET next_at = 0")


def downgrade() -> None:
    op.drop_column("outcome_episodes", "handover")
