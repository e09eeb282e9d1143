"""The evaluation's tables. They refer to conversations by id alone: the log is another part's.

Times are RFC 3339 strings in UTC: they sort as text, and SQLite and PostgreSQL give them back alike.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

qa_samples = Table(
    "qa_samples",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), nullable=False, unique=True),
    Column("rule", String(24), nullable=False),
    Column("because", Text, nullable=False),
    Column("reviews_wanted", Integer, nullable=False),
    Column("created_at", String(32), nullable=False, index=True),
    Column("created_by", String(64), nullable=False),
)

qa_reviews = Table(
    "qa_reviews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("sample_id", String(64), ForeignKey("qa_samples.id"), nullable=False),
    Column("reviewer", String(64), nullable=False),
    Column("reviewer_name", Text, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("handover", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("excellent", Boolean, nullable=False),
    Column("finished_at", String(32), nullable=False, index=True),
    UniqueConstraint("sample_id", "reviewer"),
)

qa_comments = Table(
    "qa_comments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("seq", Integer),
    Column("about", String(96)),
    Column("text", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
)

made_scenarios = Table(
    "made_scenarios",
    metadata,
    Column("scenario_id", String(64), primary_key=True),
    Column("conversation_id", String(64), nullable=False, unique=True),
    Column("topic", String(64)),
    Column("yaml", Text, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", String(32), nullable=False, index=True),
    Column("resolved_by", String(64)),
)
