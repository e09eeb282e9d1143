"""A wait that ended without anybody taking it is known to have been at least so long, and no longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_censored_waits"
down_revision = "0007_mails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "wait_estimates", sa.Column("censored", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    op.drop_column("wait_estimates", "censored")
