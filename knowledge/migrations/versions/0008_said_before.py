"""What was said before a question that leans on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions_asked", sa.Column("said_before", sa.Text))


def downgrade() -> None:
    op.drop_column("questions_asked", "said_before")
