"""The packet's four lines, made from the structure: each says only what the log shows."""

from __future__ import annotations

from collections.abc import Sequence

from handoff.contract.events import HandoffReason
from handoff.contract.packet import PacketSummary
from handoff.conversations.log import WireEvent

LONGEST = 160

NEXT: dict[HandoffReason, str] = {
    "explicit_request": "Say hello, confirm what they need and go on from here.",
    "frustration": "Acknowledge the trouble first, then take over the open issue yourself.",
    "repeated_failure": "Acknowledge that it took too long, then solve it without asking again.",
    "policy_limit": "Decide on the prepared operation; the customer is waiting for it.",
    "tool_failure": "Check in the shop what really happened before you say anything is done.",
    "missing_knowledge": "Answer the question; our articles do not cover it yet.",
    "low_confidence": "Find out what they mean; the assistant was not sure.",
    "complexity": "Take the issues one by one; there is more than one here.",
    "business_rule": "Apply the rule that stopped the assistant.",
    "safety": "Read this at once. Somebody's safety or rights may be concerned.",
}


def summarise(reason: HandoffReason, said: Sequence[WireEvent], events: Sequence[WireEvent]) -> PacketSummary:
    problem = _text(said[0]) if said else "The customer has not written anything yet."
    wants = _text(said[-1]) if said else "To talk to a person."
    operations = {e["data"]["operation_id"]: e["data"] for e in events if e["type"] == "action.performed"}
    answers = sum(1 for e in without_farewell(events) if e["type"] == "message.sent" and e["source"] == "bot")
    articles = {c["title"] for e in events if e["type"] == "message.sent" for c in e["data"].get("citations", [])}
    tried = [f"{answers} {'answer' if answers == 1 else 'answers'} from the assistant"] if answers else []
    if articles:
        tried.append("showed " + ", ".join(sorted(articles)))
    tried += [f"{o.get('summary', o['kind'])}: {o['state']}" for o in operations.values()]
    return PacketSummary(
        problem=problem,
        tried="; ".join(tried) or "Nothing yet.",
        wants=wants,
        next_best_action=NEXT[reason],
    )


def without_farewell(events: Sequence[WireEvent]) -> list[WireEvent]:
    """The log without the bot's words of the turns in which it decided to hand over."""
    leaving = [
        e["data"].get("reply_to")
        for e in events
        if e["type"] == "triage.decided" and e["data"].get("decision") == "hand_over"
    ]
    return [
        e
        for e in events
        if not (e["type"] == "message.sent" and e["source"] == "bot" and e["data"].get("reply_to") in leaving)
    ]


def _text(event: WireEvent) -> str:
    text = " ".join(event["data"].get("text", "").split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
