"""Whether a question was answered surely: what was shown as the closest that there is, is work for an editor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LINE = 0.86
"""The confidence from which answers were given as sure ones until now."""
asked = sa.table("questions_asked", *(sa.column(name) for name in ("channel", "found", "sure", "confidence")))


def upgrade() -> None:
    op.add_column("questions_asked", sa.Column("sure", sa.Boolean, nullable=False, server_default=sa.false()))
    sure = (asked.c.channel == "bot", asked.c.found.is_(sa.true()), asked.c.confidence >= LINE)
    op.execute(asked.update().where(*sure).values(sure=sa.true()))


def downgrade() -> None:
    op.drop_column("questions_asked", "sure")
