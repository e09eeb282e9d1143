"""Articles, their versions, chunks and vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("published_version", sa.Integer),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(254), nullable=False),
        sa.Column("review_by", sa.String(10)),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("updated_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.String(80), sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("base_version", sa.Integer),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("owner", sa.String(254), nullable=False),
        sa.Column("review_by", sa.String(10)),
        sa.Column("effective_from", sa.String(10)),
        sa.Column("effective_until", sa.String(10)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("author", sa.String(254), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("diff", sa.Text, nullable=False),
    )
    op.create_table(
        "article_history",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.String(80), sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event", sa.String(12), nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.String(32), nullable=False),
    )
    op.create_index("article_history_by_article", "article_history", ["article_id", "id"])
    op.create_table(
        "article_chunks",
        sa.Column("id", sa.String(120), primary_key=True),
        sa.Column("article_id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("headings", sa.JSON, nullable=False),
        sa.Column("anchor", sa.String(120), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("head_digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["article_id", "version"], ["article_versions.article_id", "article_versions.version"]),
    )
    op.create_index("article_chunks_by_version", "article_chunks", ["article_id", "version", "ordinal"])
    op.create_table(
        "chunk_vectors",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    state = op.create_table(
        "knowledge_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("recipe", sa.String(160), nullable=False),
    )
    op.bulk_insert(state, [{"id": 1, "generation": 0, "recipe": ""}])


def downgrade() -> None:
    for table in (
        "knowledge_state",
        "chunk_vectors",
        "article_chunks",
        "article_history",
        "article_versions",
        "articles",
    ):
        op.drop_table(table)
