"""Samples, reviews and comments of the quality desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qa_samples",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(64), nullable=False, unique=True),
        sa.Column("rule", sa.String(24), nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("reviews_wanted", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
    )
    op.create_index("ix_qa_samples_created_at", "qa_samples", ["created_at"])
    op.create_table(
        "qa_reviews",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("sample_id", sa.String(64), sa.ForeignKey("qa_samples.id"), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("reviewer_name", sa.Text, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("handover", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("excellent", sa.Boolean, nullable=False),
        sa.Column("finished_at", sa.String(32), nullable=False),
        sa.UniqueConstraint("sample_id", "reviewer"),
    )
    op.create_index("ix_qa_reviews_finished_at", "qa_reviews", ["finished_at"])
    op.create_table(
        "qa_comments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer),
        sa.Column("about", sa.String(96)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_qa_comments_conversation_id", "qa_comments", ["conversation_id"])


def downgrade() -> None:
    for name in ("qa_comments", "qa_reviews", "qa_samples"):
        op.drop_table(name)
