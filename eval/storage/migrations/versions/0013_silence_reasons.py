"""The judge's reasons of silent endings, and effort beside customers' answers, are a part of the totals by day: every
day is counted once more."""

from __future__ import annotations

from alembic import op

revision = "0013_silence_reasons"
down_revision = "0012_due_times"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM outcome_totals")
    op.execute("DELETE FROM outcome_due")
    op.execute("INSERT INTO outcome_due (day, mark) SELECT DISTINCT day, 0 FROM outcome_episodes")


def downgrade() -> None:
    """The totals hold more than is asked of them."""
