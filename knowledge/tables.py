"""Every table of the knowledge part. Migrations create them; see ``migrations/``.

Times are RFC 3339 strings in UTC, dates ISO strings: they sort as text, and SQLite and PostgreSQL give them back alike.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData()
BigKey = BigInteger().with_variant(Integer, "sqlite")

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
    Column("redirect_from", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", String(254), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("diff", Text, nullable=False),
)
"""Immutable: rows are inserted and never changed, but for lines that quote a conversation that was erased."""

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
    Column("ingested", Integer, nullable=False, server_default="0"),
    Column("recipe", String(160), nullable=False),
)
"""One row. ``generation`` rises with every change of what is published, ``ingested`` when all of it was ingested anew;
``recipe`` names model and chunking."""

article_schedule = Table(
    "article_schedule",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("publish_at", String(32), nullable=False, index=True),
    Column("actor", String(254), nullable=False),
    Column("note", Text, nullable=False),
)
"""Versions that wait for their hour. An edit, a publish or an archive of the article takes the row away."""

questions_asked = Table(
    "questions_asked",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("channel", String(8), nullable=False),
    Column("conversation_id", String(64)),
    Column("seq", Integer),
    Column("customer_digest", String(64), index=True),
    Column("question", Text, nullable=False),
    Column("follow_up", Boolean, nullable=False),
    Column("said_before", Text),
    Column("audience", String(12), nullable=False),
    Column("locale", String(12), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("sure", Boolean, nullable=False, server_default=false()),
    Column("confidence", Float, nullable=False),
    Column("article_id", String(80)),
    Column("version", Integer),
    Column("chunk_id", String(120)),
    Column("section", Text, nullable=False),
    Column("asked_at", String(32), nullable=False, index=True),
    Column("shown_at", String(32)),
    Column("outcome", String(12), nullable=False),
    Column("outcome_at", String(32)),
    Column("rejected_at", String(32)),
    Column("handed_over_at", String(32)),
    Column("repeated_at", String(32)),
    Column("gap_id", Integer, index=True),
    UniqueConstraint("conversation_id", "seq"),
    Index("questions_by_article", "article_id", "version"),
)
"""What was asked, redacted, with what was shown and what came of it.

``channel``: ``bot`` or ``help`` (a search of the help centre, without a conversation). ``outcome``: ``open``,
``solved``, ``not_solved``, ``silence``, ``handed_over``; of a help search ``open``, ``opened`` or ``not_solved``.
"""

gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", String(12), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("audience", String(12), nullable=False),
    Column("locale", String(12), nullable=False),
    Column("centre", LargeBinary, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False),
    Column("draft_id", String(80)),
    Column("closed_by", String(80)),
    Column("closed_version", Integer),
    Column("updated_at", String(32), nullable=False),
)
"""Questions of one meaning that the published articles did not answer. ``centre`` is their mean vector."""

gap_history = Table(
    "gap_history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("gap_id", ForeignKey("gaps.id"), nullable=False, index=True),
    Column("event", String(12), nullable=False),
    Column("actor", String(254), nullable=False),
    Column("note", Text, nullable=False),
    Column("article_id", String(80)),
    Column("version", Integer),
    Column("occurred_at", String(32), nullable=False),
)

draft_quotes = Table(
    "draft_quotes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("article_id", String(80), nullable=False, index=True),
    Column("conversation_id", String(64), index=True),
    Column("line", String(64), nullable=False),
)
"""Which lines of a draft, by their digests, quote which conversation."""

article_feedback = Table(
    "article_feedback",
    metadata,
    Column("article_id", String(80), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("visitor", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("helpful", Boolean, nullable=False),
)
"""One answer a visitor, article and day. ``visitor`` is a digest under a key that is thrown away with the day."""

visitor_keys = Table(
    "visitor_keys",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("key", String(64), nullable=False),
)

feed_positions = Table(
    "feed_positions",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
"""How far the events of the conversations' log were observed, and with what the gaps were last looked at."""
