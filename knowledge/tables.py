"""Every table of the knowledge part. Migrations create them; see ``migrations/``.

Times are RFC 3339 strings in UTC, dates ISO strings: they sort as text, and SQLite and PostgreSQL give them back alike.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("latest_version", Integer, nullable=False),
    Column("published_version", Integer),
    Column("title", Text, nullable=False),
    Column("audience", String(12), nullable=False),
    Column("locale", String(12), nullable=False),
    Column("owner", String(254), nullable=False),
    Column("review_by", String(10)),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
)
"""The newest version's listing fields and the workflow state. ``published_version`` is the one that answers."""

article_versions = Table(
    "article_versions",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("base_version", Integer),
    Column("title", Text, nullable=False),
    Column("audience", String(12), nullable=False),
    Column("locale", String(12), nullable=False),
    Column("tags", JSON, nullable=False),
    Column("owner", String(254), nullable=False),
    Column("review_by", String(10)),
    Column("effective_from", String(10)),
    Column("effective_until", String(10)),
    Column("body", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", String(254), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("diff", Text, nullable=False),
)
"""Immutable: rows are inserted and never changed."""

article_history = Table(
    "article_history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", String(12), nullable=False),
    Column("actor", String(254), nullable=False),
    Column("note", Text, nullable=False),
    Column("occurred_at", String(32), nullable=False),
    Index("article_history_by_article", "article_id", "id"),
)

article_chunks = Table(
    "article_chunks",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("article_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("headings", JSON, nullable=False),
    Column("anchor", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("body_digest", String(64), nullable=False),
    Column("head_digest", String(64), nullable=False),
    Column("asked", JSON, nullable=False),
    ForeignKeyConstraint(["article_id", "version"], ["article_versions.article_id", "article_versions.version"]),
    Index("article_chunks_by_version", "article_id", "version", "ordinal"),
)
"""The pieces of published versions; ``asked`` is a list of [way to ask, digest].

They go when the version is no longer published.
"""

chunk_vectors = Table(
    "chunk_vectors",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""Sentence vectors by digest of model and text, float32 little-endian: what did not change is never embedded again."""

knowledge_state = Table(
    "knowledge_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("recipe", String(160), nullable=False),
)
"""One row. ``generation`` rises with every change of what is published; ``recipe`` names model and chunking."""
