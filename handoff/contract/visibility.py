"""Who reads what of an event, by its type (``events``): staff alone, and what can hold a person's words.

Python 3.10 syntax, standard library alone (see ``events``).
"""

from __future__ import annotations

STAFF_ONLY = frozenset(
    {
        "message.drafted",
        "triage.decided",
        "episode.opened",
        "episode.linked",
        "episode.closed",
        "action.performed",
        "approval.requested",
        "approval.decided",
        "handoff.requested",
        "handoff.offered",
        "handoff.declined",
        "note.added",
        "promise.warned",
    }
)
"""Event types that a customer receives only as ``{seq, type: "hidden"}``."""

STAFF_FIELDS: dict[str, list[str]] = {
    "conversation.closed": ["cause", "cause_code", "packet_enough", "packet_missing", "article_missing"],
    "handoff.queued": ["department", "due_at"],
    "handoff.released": ["reason"],
    "handoff.transferred": ["note", "to_agent"],
    "handoff.returned": ["note"],
    "promise.kept": ["by"],
    "customer.verified": ["tier", "consent"],
}
"""Fields that staff write for each other in events that a customer receives; they are left out for the customer."""

PRIVATE_FIELDS: dict[str, list[str]] = {
    "conversation.opened": ["page_url", "name", "email", "topic", "timezone", "device"],
    "customer.verified": ["tier", "consent"],
    "conversation.closed": ["cause", "packet_missing", "article_missing"],
    "message.sent": ["text", "attachments", "choices"],
    "message.drafted": ["text"],
    "turn.failed": ["text"],
    "triage.decided": ["evidence"],
    "action.performed": ["summary"],
    "approval.requested": ["summary"],
    "handoff.requested": ["evidence", "note"],
    "handoff.transferred": ["note"],
    "handoff.returned": ["note"],
    "note.added": ["text"],
    "feedback.given": ["comment"],
    "survey.answered": ["comment"],
    "contact.given": ["address"],
    "episode.opened": ["entity"],
    "episode.linked": ["entity"],
    "promise.made": ["text"],
    "promise.kept": ["proof"],
}
"""Fields that can hold a person's words. They are stored beside the log, so that erasure leaves the log whole."""
