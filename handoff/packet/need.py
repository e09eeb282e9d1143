"""What the customer needs, in their words where they said it; the assistant's reading where they did not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from handoff.contract.events import Evidence
from handoff.contract.next_action import COURTESIES, FEELINGS, QUESTIONS
from handoff.contract.packet import Fact, PacketIntent, PacketNeed, PacketQuestion
from handoff.conversations.log import WireEvent

LONGEST_QUOTE = 280
STARTED = frozenset({"done", "verified", "failed", "unknown"})
SEVERAL = frozenset({"issue", "several", "things", "tangled"})
"""Grounds of triage that speak of more than one matter."""
WANTS: dict[str, str] = {
    "cancel_order": "to cancel an order",
    "change_address": "another delivery address",
    "charged_after_cancel": "money back that was charged after a cancellation",
    "damaged_or_wrong_item": "help with a damaged or wrong item",
    "data_copy": "a copy of their data",
    "delete_data": "their data deleted",
    "double_charge": "a second charge returned",
    "invoice_copy": "a copy of an invoice",
    "missing_parcel": "a parcel that has not arrived",
    "operation_status": "to know what became of their request",
    "order_status": "to know where an order is",
    "password_reset": "a new password",
    "payment_method": "another way of paying",
    "refund_not_arrived": "a refund that has not arrived",
    "refund_request": "a refund",
    "refund_status": "to know where a refund is",
    "request_callback": "to be called back",
    "return_item": "to send something back",
    "subscription_change": "a change of their subscription",
    "unlock_account": "their account unlocked",
    "update_profile": "a change of their profile",
}
_DEADLINE = re.compile(
    r"\b(?:by|before|until|till|no later than)\s+(?:next\s+|this\s+)?(?:tomorrow|tonight|noon|the\s+\w+|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|christmas|\d[\w.:/ ]{0,14}\w)|\b(?:today|tonight|right now|at once)\b",
    re.I,
)
_ACCESS = re.compile(
    r"\b(?:i(?:'m| am) (?:blind|deaf|hard of hearing|visually impaired|dyslexic)|screen ?reader|wheelchair|"
    r"sign language|can(?:'|no)?t (?:hear|see) (?:well|very well))\b",
    re.I,
)


class TurnRecord(NamedTuple):
    """What one turn understood: ``result`` is the stored ``TurnResult``."""

    seq: int
    result: dict[str, Any]
    model_version: str | None


def need(
    said: Sequence[WireEvent],
    turns: Sequence[TurnRecord],
    evidence: Sequence[Evidence],
    operations: Sequence[WireEvent],
    note: Fact | None,
    chosen: Fact | None,
) -> PacketNeed:
    """``said``: the customer's messages. ``note``: what they wrote on the button; ``chosen``: the topic that they chose
    before the chat, which is a slot like the others and the problem until they say more."""
    last = turns[-1].result["triage"] if turns else {}
    intents = [
        PacketIntent(triage["intent"], triage.get("confidence") or 0.0, turn.seq)
        for turn in turns
        if (triage := turn.result["triage"]).get("intent")
    ]
    matters = _matters(said, intents)
    problem = (quote(matters[0]) if matters else note) or chosen
    return PacketNeed(
        problem=problem,
        wants=_wants(matters, intents) or note,
        deadline=_stated(said, _DEADLINE),
        issues=_issues(intents, evidence),
        intents=intents,
        active_form=last.get("active_form"),
        requested_slot=last.get("requested_slot"),
        slots=({"topic": chosen} if chosen else {})
        | {
            name: _slot(name, value, said, turns, operations)
            for name, value in (last.get("slots") or {}).items()
            if isinstance(value, str | int | float | bool) and value != ""
        },
    )


def accessibility(said: Sequence[WireEvent]) -> Fact | None:
    """A need that they stated themselves; nothing is concluded from how they write."""
    return _stated(said, _ACCESS)


def quote(event: WireEvent) -> Fact | None:
    text = event["data"].get("text", "")
    return Fact(text[:LONGEST_QUOTE], "customer", event["seq"]) if text else None


def questions(events: Sequence[WireEvent], until: int) -> list[PacketQuestion]:
    """What the assistant asked before ``until``, with the customer's next words."""
    found: list[PacketQuestion] = []
    for event in events:
        if event["seq"] > until:
            break
        text = event["data"].get("text", "")
        if event["type"] != "message.sent":
            continue
        if event["source"] == "bot" and text.rstrip().endswith("?"):
            found.append(PacketQuestion(event["seq"], text[:LONGEST_QUOTE]))
        elif event["source"] == "customer" and found and found[-1].answer is None:
            asked = found[-1]
            found[-1] = PacketQuestion(asked.seq, asked.text, text[:LONGEST_QUOTE], event["seq"])
    return found


def _matters(said: Sequence[WireEvent], intents: Sequence[PacketIntent]) -> list[WireEvent]:
    """The messages that say something beyond courtesies; all of them where none does."""
    beside = {intent.seq for intent in intents if intent.name in COURTESIES}
    return [event for event in said if event["seq"] not in beside] or list(said)


def _wants(matters: Sequence[WireEvent], intents: Sequence[PacketIntent]) -> Fact | None:
    """The last thing they said about it; after a single message, what the assistant took it for."""
    if len(matters) > 1:
        return quote(matters[-1])
    wish = next((intent for intent in reversed(intents) if intent.name in WANTS), None)
    return Fact(WANTS[wish.name], "inferred", wish.seq) if wish else None


def _stated(said: Sequence[WireEvent], pattern: re.Pattern[str]) -> Fact | None:
    for event in reversed(said):
        found = pattern.search(event["data"].get("text", ""))
        if found:
            return Fact(found.group().strip()[:LONGEST_QUOTE], "customer", event["seq"])
    return None


def _issues(intents: Sequence[PacketIntent], evidence: Sequence[Evidence]) -> list[Fact]:
    wishes: dict[str, Fact] = {}
    for intent in intents:
        if intent.name not in COURTESIES | QUESTIONS | FEELINGS:
            wishes.setdefault(intent.name, Fact(intent.name, "inferred", intent.seq))
    several = [Fact(ground.text, "inferred", ground.seq) for ground in evidence if ground.kind in SEVERAL]
    return [*wishes.values(), *several]


def _slot(
    name: str,
    value: str | float | bool,
    said: Sequence[WireEvent],
    turns: Sequence[TurnRecord],
    operations: Sequence[WireEvent],
) -> Fact:
    """The customer's word where a message up to the turn that filled the slot holds it; else the assistant's."""
    filled = next(turn.seq for turn in turns if (turn.result["triage"].get("slots") or {}).get(name) == value)
    word = str(value).casefold()
    heard = [e["seq"] for e in said if e["seq"] <= filled and word in e["data"].get("text", "").casefold()]
    agreed = any(
        e["data"]["state"] in STARTED and e["seq"] > filled and word in e["data"].get("summary", "").casefold()
        for e in operations
    )
    shown = value[:LONGEST_QUOTE] if isinstance(value, str) else value
    if heard and word:
        return Fact(shown, "customer", heard[-1], agreed)
    return Fact(shown, "inferred", filled, agreed)
