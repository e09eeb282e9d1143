"""An answer is held against the time that its queue owed it: what people answered is judged again."""

from __future__ import annotations

from alembic import op

revision = "0012_due_times"
down_revision = "0011_strata"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE outcome_episodes SET next_at = 0 WHERE served = 1")


def downgrade() -> None:
    """What is kept reads alike; the older code judges it again as it comes by."""
