"""The evaluation's tables. They refer to conversations by id alone: the log is another part's.

Times are RFC 3339 strings in UTC: they sort as text, and SQLite and PostgreSQL give them back alike.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

OUTCOME_FLAGS = (
    "eligible", "matured", "ended", "proven", "silent", "reached", "confirmed", "one_contact", "person_took_part",
    "person_asked", "left_queue", "served", "asked_again", "packet_judged", "packet_enough", "survey_offered",
    "survey_answered", "returned", "in_time", "routine",
)  # fmt: skip
"""0 or 1 an episode, as in ``eval.metrics.facts.Facts``; what the shares of the dashboard are counted from."""
OUTCOME_TOTALS_BY = ("day", "version", "intent", "channel", "resolver", "queue", "article")
"""What the totals of the dashboard are kept by; ``*`` stands for all."""
OUTCOME_NUMBERS = ("first_ended_at", "back_after", "wait", "to_resolution", "ces7", "ces5", "csat", "effort")
"""Seconds, points, seconds since 1970, as in ``eval.metrics.facts.Facts``; null where there is none."""

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

outcome_episodes = Table(
    "outcome_episodes",
    metadata,
    Column("id", String(160), primary_key=True),
    Column("person", String(160), nullable=False, index=True),
    Column("conversation_id", String(64), nullable=False),
    Column("conversation_ids", JSON, nullable=False),
    Column("day", String(10), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("intent", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("status", String(24), nullable=False),
    Column("evidence", String(16), nullable=False),
    Column("resolver", String(12), nullable=False),
    Column("why", Text, nullable=False),
    Column("refs", JSON, nullable=False),
    Column("exclusion", String(16)),
    Column("reason", String(24)),
    Column("queue", String(48)),
    Column("next_at", Float, index=True),
    Column("articles", JSON, nullable=False),
    Column("handovers", JSON, nullable=False, server_default="[]"),
    *(Column(name, Integer, nullable=False) for name in OUTCOME_FLAGS),
    *(Column(name, Float) for name in OUTCOME_NUMBERS),
    Column("handover", String(16)),
    Column("judged", String(16)),
    Column("judge", JSON),
    Column("judge_version", String(32), index=True),
    Index("outcome_episodes_opened", "opened_at"),
)

"""``judged``: what the judge says of an episode that ended in silence; ``judge``: its score and reasons; ``handover``:
what reviewers say of its hand-over."""

outcome_articles = Table(
    "outcome_articles",
    metadata,
    Column("episode_id", String(160), primary_key=True),
    Column("article_id", String(96), primary_key=True, index=True),
)

outcome_handovers = Table(
    "outcome_handovers",
    metadata,
    Column("episode_id", String(160), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("reason", String(48), nullable=False, index=True),
    Column("queue", String(48), index=True),
)

outcome_contacts = Table(
    "outcome_contacts",
    metadata,
    Column("id", String(160), primary_key=True),
    Column("episode_id", String(160), nullable=False, index=True),
    Column("person", String(160), nullable=False, index=True),
    Column("conversation_id", String(64), nullable=False),
    Column("ours", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("resolved", Integer, nullable=False),
)
"""``counted`` and ``resolved``: a bit for each of ``eval.rosetta.DEFINITIONS``, the first the lowest."""

outcome_totals = Table(
    "outcome_totals",
    metadata,
    *(Column(name, String(160), primary_key=True) for name in OUTCOME_TOTALS_BY),
    Column("totals", JSON, nullable=False),
)

outcome_due = Table(
    "outcome_due",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("mark", Integer, nullable=False),
)

outcome_ledger = Table(
    "outcome_ledger",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("episode_id", String(160), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("status", String(24), nullable=False),
    Column("evidence", String(16), nullable=False),
    Column("resolver", String(12), nullable=False),
    Column("eligible", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("refs", JSON, nullable=False),
    Column("into", String(160)),
)

outcome_reads = Table(
    "outcome_reads",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("operation_id", String(64), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("result", String(12), nullable=False),
)

outcome_feed = Table(
    "outcome_feed",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("position", Integer, nullable=False),
)

judge_calibrations = Table(
    "judge_calibrations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("made_at", Float, nullable=False),
    Column("made_by", String(96), nullable=False),
    Column("judge", String(32), nullable=False),
    Column("versions", JSON, nullable=False),
    Column("newest_label_at", Float, nullable=False),
    Column("valid_days", Float, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("band", JSON, nullable=False),
    Column("agreement", JSON, nullable=False),
    Column("left_out", JSON, nullable=False),
    Column("strata", JSON),
)
"""Rows are added, never changed. Times are seconds since 1970; ``labels`` and ``band`` as in
``eval.judge.calibration.Counts``, ``strata`` as ``eval.judge.strata.stored`` gives them."""
