"""Which lines of drafts quote which conversations, so that an erasure reaches them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_quotes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.String(80), nullable=False, index=True),
        sa.Column("conversation_id", sa.String(64), index=True),
        sa.Column("line", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("draft_quotes")
