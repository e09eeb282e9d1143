"""Who may speak, and how that changes: one table, nothing else decides.

The owner of a conversation is ``bot``, ``queue``, ``agent:<id>`` or ``none`` (closed). Every change raises the epoch
by one, and the epoch fences every outgoing message: what was written under an older one is never shown.
"""

from __future__ import annotations

from typing import Literal

from handoff.errors import Conflict

OwnerKind = Literal["bot", "queue", "agent", "none"]

TRANSITIONS: dict[tuple[OwnerKind, str], OwnerKind] = {
    ("bot", "handoff.queued"): "queue",
    ("queue", "handoff.accepted"): "agent",
    ("agent", "handoff.released"): "queue",
    ("agent", "handoff.transferred"): "queue",
    ("agent", "handoff.returned"): "bot",
    ("bot", "conversation.closed"): "none",
    ("queue", "conversation.closed"): "none",
    ("agent", "conversation.closed"): "none",
    ("none", "conversation.reopened"): "bot",
    ("none", "handoff.reopened"): "queue",
}


class IllegalTransition(Conflict):
    def __init__(self, owner: str, event: str) -> None:
        super().__init__(
            "illegal_transition",
            f"This conversation is with {describe(owner)}; that step is not possible now.",
            owner=owner,
            event=event,
        )


def kind(owner: str) -> OwnerKind:
    if owner.startswith("agent:"):
        return "agent"
    if owner in ("bot", "queue", "none"):
        return owner  # type: ignore[return-value]
    raise ValueError(f"not an owner: {owner}")


def next_owner(owner: str, event: str, agent_id: str | None = None) -> str:
    """The owner after ``event``. Raises ``IllegalTransition`` where the table has no such step."""
    try:
        after = TRANSITIONS[kind(owner), event]
    except KeyError:
        raise IllegalTransition(owner, event) from None
    return f"agent:{agent_id}" if after == "agent" else after


def describe(owner: str) -> str:
    return {"bot": "the assistant", "queue": "the queue", "none": "nobody (closed)"}.get(owner, "an agent")
