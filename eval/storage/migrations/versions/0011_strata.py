"""The judge's labels by need and by language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_strata"
down_revision = "0010_definitions_by_day"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("judge_calibrations", sa.Column("strata", sa.JSON))


def downgrade() -> None:
    op.drop_column("judge_calibrations", "strata")
