"""The customers' ways to ask for a chunk, with their digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article_chunks", sa.Column("asked", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("article_chunks", "asked")
