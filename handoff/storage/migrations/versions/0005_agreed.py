"""The customer's yes to what a person still decides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_agreed"
down_revision = "0004_outside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operations", sa.Column("agreed_seq", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("operations", "agreed_seq")
