"""Every table of the log, the queue and the people. Migrations create them; see ``migrations/``.

Times are RFC 3339 strings in UTC: they sort as text, and SQLite and PostgreSQL give them back alike.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData()
BigKey = BigInteger().with_variant(Integer, "sqlite")

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("customer_id", String(128), index=True),
    Column("customer_name", Text),
    Column("verification", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("owner", String(96), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("head_seq", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("tracker_version", Integer, nullable=False),
    Column("episode_id", String(64)),
    Column("turn_id", String(64)),
    Column("turn_lease", String(32)),
    Column("opened_at", String(32), nullable=False),
    Column("last_event_at", String(32), nullable=False, index=True),
    Column("nudged_seq", Integer),
)

events = Table(
    "events",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(48), nullable=False),
    Column("version", Integer, nullable=False),
    Column("occurred_at", String(32), nullable=False),
    Column("source", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("author", String(96)),
    Column("client_message_id", String(128)),
    Column("fingerprint", String(64)),
    Column("data", JSON, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "author", "client_message_id"),
)

event_content = Table(
    "event_content",
    metadata,
    Column("event_id", ForeignKey("events.id"), primary_key=True),
    Column("content", JSON, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("trigger", String(24), nullable=False),
    Column("payload", Text),
    Column("note", Text),
    Column("received_at", String(32), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("correlation_id", String(64), nullable=False, default=""),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("reply_to", JSON, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("trigger", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("tracker_version", Integer),
    Column("model_version", String(64)),
    Column("result", JSON),
    Index("turns_by_conversation", "conversation_id", "tracker_version"),
)

choices = Table(
    "choices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Index("choices_open", "conversation_id", "state"),
)

operations = Table(
    "operations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("customer_id", String(128), nullable=False),
    Column("kind", String(48), nullable=False),
    Column("object_ref", String(128), nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("prepared_seq", Integer, nullable=False),
    Column("prepared_epoch", Integer, nullable=False),
    Column("amount", String(24)),
    Column("arguments", JSON, nullable=False),
    Column("approval", String(12), nullable=False),
    Column("agreed_seq", Integer),  # the customer's yes, said before a person's
    Column("superseded", Boolean, nullable=False),
    Column("started_at", String(32)),
    Column("settled_at", String(32)),
    Column("receipt", Text),
    Column("result", JSON),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("reason", String(24), nullable=False),
    Column("queue", String(48), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("requested_at", String(32), nullable=False),
    Column("accepted_at", String(32)),
    Column("ended_at", String(32)),
    Column("agent_id", String(64), index=True),
    Column("outcome", String(48)),
    Column("cause", Text),
    Column("cause_code", String(32)),
    Column("topic", String(64)),
    Column("department", String(48)),
    Column("skills", JSON, nullable=False, server_default="[]"),
    Column("language", String(16), nullable=False, server_default="en"),
    Column("weight", Integer, nullable=False, server_default="1"),
    Column("rank", BigInteger, nullable=False, server_default="0", index=True),
    Column("first_wait_at", String(32)),
    Column("due_at", String(32)),
    Column("answer_by", String(32)),
    Column("answered_at", String(32)),
    Column("missing_since", String(32)),
    Column("offered_to", String(64)),
    Column("offer_expires_at", String(32)),
    Column("passed_by", JSON, nullable=False, server_default="[]"),
    Column("told", JSON),
    Column("promise_id", String(64)),
)
"""``rank`` orders the queue (milliseconds, lower is sooner; see ``handoff.queue.ranking``). ``first_wait_at`` starts
the SLA clock and ``due_at`` ends it. ``offer_expires_at`` is when the offer ends or, where
``offered_to`` is empty, when the last one ended. ``passed_by`` are agents who declined, did not answer or lost it;
``told`` is the place and the estimate that the customer last read. ``answer_by`` runs until a new owner's first word,
``answered_at`` is the first word of any."""

wait_estimates = Table(
    "wait_estimates",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoffs.id"), nullable=False, index=True),
    Column("queue", String(48), nullable=False),
    Column("position", Integer, nullable=False),
    Column("estimated_at", String(32), nullable=False),
    Column("estimate_seconds", Integer, nullable=False),
    Column("actual_seconds", Integer),
    Column("censored", Boolean, nullable=False, server_default=false()),
)
"""What customers were told about their wait, and how long it was until somebody accepted or, ``censored``, until it
ended without anybody."""

attachments = Table(
    "attachments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("event_id", String(64)),
    Column("name", Text, nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("uploaded_at", String(32), nullable=False),
    Index("attachments_unsent", "event_id", "uploaded_at"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("operation_id", ForeignKey("operations.id"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("requested_at", String(32), nullable=False),
    Column("decided_at", String(32)),
    Column("decided_by", String(64)),
)

promises = Table(
    "promises",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("episode_id", String(64)),
    Column("text", Text, nullable=False),
    Column("owner", String(96), nullable=False),
    Column("due_at", String(32), nullable=False, index=True),
    Column("operation_id", String(64)),
    Column("kept_at", String(32)),
    Column("proof", Text),
    Column("made_by", String(96)),
    Column("kept_by", String(96)),
    Column("warned_at", String(32)),
)

episodes = Table(
    "episodes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("customer_id", String(128), index=True),
    Column("topic", String(64)),
    Column("state", String(8), nullable=False),
    Column("opened_seq", Integer, nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("closed_at", String(32)),
    Column("entity", String(128)),
    Column("linked_to", String(64)),
    Column("settled", Boolean, nullable=False, server_default=false()),
    Index("episodes_by_entity", "customer_id", "entity"),
    Index("episodes_by_link", "linked_to"),
)
"""``linked_to`` is the earlier episode of the same issue, in which this one goes on. ``settled``: its need was met,
or a person handed it back, so a new wish begins a new episode."""

agents = Table(
    "agents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("departments", JSON, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""``version`` rises with each change of an account: of two people who change one at once, the second is told."""

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), nullable=False, index=True),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("scope", String(8), nullable=False),
    Column("owner_id", ForeignKey("agents.id"), nullable=False, index=True),
    Column("shortcut", String(32), nullable=False),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("updated_at", String(32), nullable=False),
    Column("updated_by", String(64), nullable=False),
)

staff_reads = Table(
    "staff_reads",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("agent_id", String(64), nullable=False, index=True),
    Column("what", String(32), nullable=False),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("customer_id", String(128)),
)

staff_audit = Table(
    "staff_audit",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("agent_id", String(64), index=True),
    Column("action", String(48), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("code", String(48)),
    Column("conversation_id", String(64), index=True),
    Column("object_id", String(64)),
    Column("request_id", String(64), nullable=False, server_default=""),
    Column("detail", JSON, nullable=False, server_default="{}"),
)
"""What staff did and what was refused to whom. Append-only: the database itself refuses to change or delete a row.
``detail`` holds codes, ids and what an account was changed from and to, never a person's words."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("event_id", ForeignKey("events.id"), nullable=False, unique=True),
    Column("conversation_id", String(64), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("announced_at", String(32)),
    Index("outbox_pending", "announced_at", "id"),
)

surveys = Table(
    "surveys",
    metadata,
    Column("episode_id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("form", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("offered_at", String(32)),
    Column("answered_at", String(32)),
    Column("answered_seq", Integer),
    Column("fingerprint", String(64)),
)
"""One row an episode, so that nobody is asked twice. ``state``: ``waiting`` for a promise to be kept, ``offered``,
``answered``. The answers themselves are in the log."""

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("texts", Boolean, nullable=False),
    Column("secrets", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("created_by", String(64), nullable=False),
)
"""``events``: the types that are sent, all when empty. ``texts``: whether people's words travel too. ``secrets``:
``[{secret, until}]``, newest first. ``position``: up to where the outbox was read."""

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("webhook_id", ForeignKey("webhooks.id"), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("event_id", String(64)),
    Column("event_type", String(48), nullable=False),
    Column("conversation_id", String(64)),
    Column("seq", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("delivered_at", String(32)),
    Column("status", Integer),
    Column("error", String(48)),
    UniqueConstraint("webhook_id", "message_id"),
    Index("webhook_deliveries_due", "state", "next_at"),
    Index("webhook_deliveries_order", "webhook_id", "conversation_id", "seq"),
)
"""The delivery log. It holds no content: what is sent is read from the log at the moment of sending, so an erased text
is erased here too. ``state``: ``pending``, ``delivered``, ``given_up``."""

mails = Table(
    "mails",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("handoff_id", ForeignKey("handoffs.id"), nullable=False, index=True),
    Column("promise_id", String(64)),
    Column("author", String(64), nullable=False),
    Column("seqs", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("sent_at", String(32)),
    Column("error", String(24)),
    Index("mails_due", "state", "next_at"),
)
"""Answers that leave by e-mail. No content and no address: both are read from the log at the moment of sending.
``seqs``: the messages in it. ``state``: ``waiting``, ``sending`` (until ``next_at``, when another may take it),
``sent``, ``failed``, ``not_needed``."""
