"""The editor's work: schedules, questions asked, gaps, feedback of readers, redirects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("article_versions", sa.Column("redirect_from", sa.JSON, nullable=False, server_default="[]"))
    op.create_table(
        "article_schedule",
        sa.Column("article_id", sa.String(80), sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("publish_at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("ix_article_schedule_publish_at", "article_schedule", ["publish_at"])
    op.create_table(
        "questions_asked",
        sa.Column("id", BigKey, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("seq", sa.Integer),
        sa.Column("customer_digest", sa.String(64)),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("follow_up", sa.Boolean, nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("article_id", sa.String(80)),
        sa.Column("version", sa.Integer),
        sa.Column("chunk_id", sa.String(120)),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("shown_at", sa.String(32)),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("outcome_at", sa.String(32)),
        sa.Column("rejected_at", sa.String(32)),
        sa.Column("handed_over_at", sa.String(32)),
        sa.Column("repeated_at", sa.String(32)),
        sa.Column("gap_id", sa.Integer),
        sa.UniqueConstraint("conversation_id", "seq"),
    )
    for column in ("customer_digest", "asked_at", "gap_id"):
        op.create_index(f"ix_questions_asked_{column}", "questions_asked", [column])
    op.create_index("questions_by_article", "questions_asked", ["article_id", "version"])
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("centre", sa.LargeBinary, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first_at", sa.String(32), nullable=False),
        sa.Column("last_at", sa.String(32), nullable=False),
        sa.Column("draft_id", sa.String(80)),
        sa.Column("closed_by", sa.String(80)),
        sa.Column("closed_version", sa.Integer),
        sa.Column("updated_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_gaps_state", "gaps", ["state"])
    op.create_table(
        "gap_history",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("gap_id", sa.Integer, sa.ForeignKey("gaps.id"), nullable=False),
        sa.Column("event", sa.String(12), nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("article_id", sa.String(80)),
        sa.Column("version", sa.Integer),
        sa.Column("occurred_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_gap_history_gap_id", "gap_history", ["gap_id"])
    op.create_table(
        "article_feedback",
        sa.Column("article_id", sa.String(80), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
    )
    op.create_table(
        "visitor_keys",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
    )
    op.create_table(
        "feed_positions",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "feed_positions",
        "visitor_keys",
        "article_feedback",
        "gap_history",
        "gaps",
        "questions_asked",
        "article_schedule",
    ):
        op.drop_table(table)
    op.drop_column("article_versions", "redirect_from")
