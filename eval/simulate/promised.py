"""What the assistant promised, by its own words, against the promises, approvals and hand-overs in the log. Pure.

The gateway keeps such texts back; these functions read the log as if nobody had, so that a gate with a hole is seen,
and so that a text which it had to keep back is a fault of the assistant wherever it happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from handoff.contract.claims import Backing, Claim, quoting

KEPT_BACK = "nothing backs this claim"
_ENDS_A_HAND_OVER = frozenset({"handoff.returned", "conversation.closed", "conversation.reopened"})

Event = Mapping[str, Any]


class Unbacked(NamedTuple):
    """A promise in words that nothing stands behind. ``read``: the customer could read it; else it was kept back."""

    sentence: str
    read: bool


def spoken_only(events: Sequence[Event]) -> Unbacked | None:
    """The first promise of the bot's words without its row, approval or hand-over; one that was read comes first.
    ``events``: the whole log as staff see it, in order."""
    found = [
        Unbacked(claim.sentence, event["type"] == "message.sent")
        for at, event in enumerate(events)
        if _is_bots(event)
        for claim in _by_articles(event).lacking(event["data"].get("text") or "")
        if claim.kind in ("promise", "hand_over") and not _stands(claim, events, at)
    ]
    return min(found, key=lambda one: not one.read, default=None)


def _by_articles(event: Event) -> Backing:
    """An article says to everybody what the company does. A text that was kept back cites nothing."""
    return quoting(str(cited.get("section", "")) for cited in event["data"].get("citations") or ())


def late(events: Sequence[Event]) -> str:
    """What was promised for a time that has passed, by the log's own clock, and was not kept by then; else nothing."""
    kept = {e["data"]["promise_id"]: _at(e) for e in events if e["type"] == "promise.kept"}
    for event in events:
        if event["type"] == "promise.made":
            made = event["data"]
            if kept.get(made["promise_id"], _at(events[-1])) > datetime.fromisoformat(made["due_at"]):
                return f"{made['promise_id']} was due at {made['due_at']}"
    return ""


def _at(event: Event) -> datetime:
    return datetime.fromisoformat(event["occurred_at"])


def _is_bots(event: Event) -> bool:
    if event["source"] != "bot":
        return False
    kept_back = event["type"] == "message.drafted" and str(event["data"].get("reason")).startswith(KEPT_BACK)
    return kept_back or event["type"] == "message.sent"


def _stands(claim: Claim, events: Sequence[Event], at: int) -> bool:
    """Rows of the same turn come after its words."""
    begin, end = _turn(events, at)
    handed_over = asked = False
    rows: set[str] = set()
    for place, event in enumerate(events[:end]):
        match event["type"]:
            case "handoff.requested":
                handed_over = True
            case kind if kind in _ENDS_A_HAND_OVER and place < begin:
                handed_over = False
            case "promise.made":
                rows.add(event["data"]["promise_id"])
            case "promise.kept" if place < begin:
                rows.discard(event["data"]["promise_id"])
            case "approval.requested":
                asked = True
            case "approval.decided" if place < begin:
                asked = False
    return handed_over or (claim.kind == "promise" and (asked or bool(rows)))


def _turn(events: Sequence[Event], at: int) -> tuple[int, int]:
    """From the decision or the customer's message before the words to the next of either."""
    begin = next((place for place in range(at, -1, -1) if _begins(events[place])), at)
    end = next((place for place in range(at + 1, len(events)) if _begins(events[place])), len(events))
    return begin, end


def _begins(event: Event) -> bool:
    return event["type"] == "triage.decided" or bool(event["type"] == "message.sent" and event["source"] == "customer")
