"""What was tried before a person took over: steps, operations with their effects, articles and how they were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from handoff.contract.packet import (
    Effect,
    PacketApproval,
    PacketArticle,
    PacketOperation,
    PacketPromise,
    PacketStep,
)
from handoff.contract.redact import hide
from handoff.conversations.log import WireEvent
from handoff.packet.lookups import lookups
from handoff.packet.need import LONGEST_QUOTE, TurnRecord

MOST_STEPS = 40
EFFECTS: dict[str, Effect] = {
    "intended": "not_done",
    "failed": "not_done",
    "verified": "done",
    "done": "unknown",  # not read back yet
    "unknown": "unknown",
}
LONGEST_ARGUMENT = 120


class LedgerRow(NamedTuple):
    """Of an operation's own row: what it was asked to do, redacted in the packet."""

    arguments: Mapping[str, Any]
    object_ref: str


def steps(events: Sequence[WireEvent], turns: Sequence[TurnRecord], until: int) -> list[PacketStep]:
    """What was tried before the hand-over, in order. Announcing the hand-over is not trying."""
    found: list[PacketStep] = []
    for event in without_farewell(events):
        data = event["data"]
        if event["seq"] > until:
            break
        if event["type"] == "turn.failed":
            found.append(PacketStep(event["seq"], "failure", data["reason"]))
        elif event["type"] == "action.performed":
            found.append(PacketStep(event["seq"], "operation", f"{data.get('summary', '')} ({data['state']})"))
        elif event["type"] == "message.sent" and event["source"] == "bot":
            text = data.get("text", "")[:LONGEST_QUOTE]
            kind: Literal["article", "question", "answer"] = (
                "article" if data.get("citations") else "question" if text.endswith("?") else "answer"
            )
            found.append(PacketStep(event["seq"], kind, text))
        elif event["type"] == "feedback.given" and found:
            found[-1] = replace(found[-1], reaction=data["kind"])
    # A turn's readings stand at the message that it answers, before all that it did and said.
    return sorted([*lookups(turns, until), *found], key=lambda step: step.seq)[-MOST_STEPS:]


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


def operations(events: Sequence[WireEvent], ledger: Mapping[str, LedgerRow]) -> list[PacketOperation]:
    """The newest state of each, in the order in which they began."""
    approvals = {e["data"]["operation_id"]: "wanted" for e in events if e["type"] == "approval.requested"}
    approvals |= {e["data"]["operation_id"]: e["data"]["decision"] for e in events if e["type"] == "approval.decided"}
    latest: dict[str, PacketOperation] = {}
    for event in events:
        if event["type"] == "action.performed":
            d = event["data"]
            latest[d["operation_id"]] = PacketOperation(
                d["operation_id"],
                d["kind"],
                d["state"],
                d.get("summary", ""),
                d.get("receipt"),
                event["seq"],
                effect=EFFECTS[d["state"]],
                approval=approvals.get(d["operation_id"]),  # type: ignore[arg-type]
                arguments=_arguments(ledger.get(d["operation_id"])),
            )
    return list(latest.values())


def articles(events: Sequence[WireEvent]) -> list[PacketArticle]:
    """Each passage that was shown, with what the customer made of it."""
    found: list[PacketArticle] = []
    for event in events:
        if event["type"] == "message.sent":
            found += [PacketArticle(**citation, seq=event["seq"]) for citation in event["data"].get("citations", [])]
        elif event["type"] == "feedback.given" and found:
            newest = found[-1].seq
            found = [replace(a, reaction=event["data"]["kind"]) if a.seq == newest else a for a in found]
    return found


def promises(events: Sequence[WireEvent], as_of: str) -> list[PacketPromise]:
    """Those that are open; ``as_of`` decides which are overdue."""
    kept = {e["data"]["promise_id"] for e in events if e["type"] == "promise.kept"}
    return [
        PacketPromise(d["promise_id"], d.get("text", ""), d["due_at"], d["owner"], e["seq"], d["due_at"] < as_of)
        for e in events
        if e["type"] == "promise.made" and (d := e["data"])["promise_id"] not in kept
    ]


def approvals(events: Sequence[WireEvent]) -> list[PacketApproval]:
    """Those that wait for a person's decision."""
    decided = {e["data"]["approval_id"] for e in events if e["type"] == "approval.decided"}
    return [
        PacketApproval(
            d["approval_id"], d["operation_id"], d.get("summary", ""), d.get("amount"), d.get("limit"), e["seq"]
        )
        for e in events
        if e["type"] == "approval.requested" and (d := e["data"])["approval_id"] not in decided
    ]


def _arguments(row: LedgerRow | None) -> dict[str, str]:
    if row is None:
        return {}
    plain = {name: value for name, value in row.arguments.items() if isinstance(value, str | int | float | bool)}
    named = {"object": row.object_ref, **plain} if row.object_ref else plain
    return {name: str(value)[:LONGEST_ARGUMENT] for name, value in hide(named).items()}
