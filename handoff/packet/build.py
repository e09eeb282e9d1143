"""The packet, built from the log: a pure function, so that it can be rebuilt and checked at any time.

Every statement points at the event it came from; what the log does not show is named in ``missing``, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from handoff.clock import parse
from handoff.contract.events import Evidence, HandoffReason
from handoff.contract.packet import (
    Fact,
    Packet,
    PacketApproval,
    PacketArticle,
    PacketCustomer,
    PacketIds,
    PacketIntent,
    PacketMood,
    PacketNeed,
    PacketOperation,
    PacketPromise,
    PacketRouting,
    PacketStep,
    PacketWhy,
)
from handoff.conversations.log import Conversation, WireEvent
from handoff.packet.summary import summarise, without_farewell

LONGEST_QUOTE = 280
MOST_STEPS = 40
FINAL = {"verified", "failed"}
URGENCY: dict[int, Literal["urgent", "high", "normal"]] = {1: "urgent", 2: "high"}


class Handoff(NamedTuple):
    """The hand-over's own row, as far as the packet needs it."""

    id: str
    seq: int
    reason: HandoffReason
    queue: str
    priority: int
    requested_at: str


class TurnRecord(NamedTuple):
    """What one turn understood: ``result`` is the stored ``TurnResult``."""

    seq: int
    result: dict[str, Any]
    model_version: str | None


def build(
    conversation: Conversation,
    events: Sequence[WireEvent],
    turns: Sequence[TurnRecord],
    handoff: Handoff,
    prior_contacts: int = 0,
) -> Packet:
    """``events``: the conversation's whole log, in order. ``turns``: its finished turns, in order."""
    said = [e for e in events if e["type"] == "message.sent" and e["source"] == "customer"]
    triage = [e for e in events if e["type"] == "triage.decided" and e["seq"] <= handoff.seq]
    request = next(e for e in events if e["seq"] == handoff.seq)
    last = turns[-1].result["triage"] if turns else {}
    wait = _first_wait(events, handoff)
    packet = Packet(
        ids=PacketIds(
            handoff_id=handoff.id,
            conversation_id=conversation.id,
            episode_id=conversation.episode_id,
            epoch=request["epoch"],
            created_at=handoff.requested_at,
            first_contact_at=conversation.opened_at,
            wait_started_at=wait,
            bot_version=turns[-1].model_version if turns else None,
        ),
        customer=_customer(conversation, events),
        why=_why(request, triage, handoff),
        need=_need(said, turns, last),
        tried=_tried(events, handoff.seq)[-MOST_STEPS:],
        operations=_operations(events),
        articles=_articles(events),
        promises=_promises(events),
        approvals=_approvals(events),
        mood=PacketMood(
            frustration=[e["data"]["frustration"] for e in triage],
            turns=len(triage),
            rephrasings=sum(1 for e in triage if _evidence_kind(e, "rephrase")),
            minutes=round((parse(handoff.requested_at) - parse(conversation.opened_at)).total_seconds() / 60, 1),
            prior_contacts=prior_contacts,
        ),
        routing=_routing(events, handoff),
        summary=summarise(handoff.reason, said, events),
        completeness=0.0,
    )
    wanted = {
        "customer": packet.customer.customer_id is not None,
        "problem": packet.need.problem is not None,
        "intent": bool(packet.need.intents),
        "reason": bool(packet.why.evidence or packet.why.note or handoff.reason == "explicit_request"),
        "slots": bool(packet.need.slots),
    }
    missing = [name for name, known in wanted.items() if not known]
    share = round(1 - len(missing) / len(wanted), 2)
    return Packet(**{**vars(packet), "completeness": share, "missing": missing})


def _first_wait(events: Sequence[WireEvent], handoff: Handoff) -> str:
    """The SLA clock runs from the first wait of this stretch with people, also across a transfer."""
    queued = [
        e["occurred_at"] for e in events if e["type"] == "handoff.queued" and e["data"]["handoff_id"] == handoff.id
    ]
    return queued[0] if queued else handoff.requested_at


def _customer(conversation: Conversation, events: Sequence[WireEvent]) -> PacketCustomer:
    verified = [e for e in events if e["type"] == "customer.verified"]
    opened = events[0]["data"] if events else {}
    return PacketCustomer(
        customer_id=conversation.customer_id,
        name=conversation.customer_name,
        verification=conversation.verification,  # type: ignore[arg-type]
        verified_at=verified[-1]["occurred_at"] if verified else None,
        locale=conversation.locale,
        page_url=opened.get("page_url"),
    )


def _why(request: WireEvent, triage: Sequence[WireEvent], handoff: Handoff) -> PacketWhy:
    data = request["data"]
    return PacketWhy(
        reason=handoff.reason,
        rule=triage[-1]["data"]["rule"] if triage else None,
        score=data.get("score"),
        evidence=[Evidence(**item) for item in data.get("evidence", [])],
        note=data.get("note"),
        urgency=URGENCY.get(handoff.priority, "normal"),
    )


def _need(said: Sequence[WireEvent], turns: Sequence[TurnRecord], last: dict[str, Any]) -> PacketNeed:
    intents = [
        PacketIntent(triage["intent"], triage.get("confidence") or 0.0, turn.seq)
        for turn in turns
        if (triage := turn.result["triage"]).get("intent")
    ]
    slots = {
        name: _slot(name, value, said, turns)
        for name, value in (last.get("slots") or {}).items()
        if isinstance(value, str | int | float | bool)
    }
    problem = _quote(said[0]) if said else None
    return PacketNeed(
        problem=problem,
        wants=_quote(said[-1]) if len(said) > 1 else None,
        intents=intents,
        active_form=last.get("active_form"),
        requested_slot=last.get("requested_slot"),
        slots=slots,
    )


def _slot(name: str, value: str | float | bool, said: Sequence[WireEvent], turns: Sequence[TurnRecord]) -> Fact:
    """The customer's word where a message up to the turn that filled the slot holds it; else the assistant's."""
    filled = next(turn.seq for turn in turns if (turn.result["triage"].get("slots") or {}).get(name) == value)
    word = str(value).casefold()
    heard = [e["seq"] for e in said if e["seq"] <= filled and word in e["data"].get("text", "").casefold()]
    return Fact(value, "customer", heard[-1]) if heard and word else Fact(value, "inferred", filled)


def _quote(event: WireEvent) -> Fact | None:
    text = event["data"].get("text", "")
    return Fact(text[:LONGEST_QUOTE], "customer", event["seq"]) if text else None


def _tried(events: Sequence[WireEvent], until: int) -> list[PacketStep]:
    """What was tried before the hand-over, in order. Announcing the hand-over is not trying."""
    steps: list[PacketStep] = []
    for event in without_farewell(events):
        data = event["data"]
        if event["seq"] > until:
            break
        if event["type"] == "turn.failed":
            steps.append(PacketStep(event["seq"], "failure", data["reason"]))
        elif event["type"] == "action.performed":
            steps.append(PacketStep(event["seq"], "operation", f"{data.get('summary', '')} ({data['state']})"))
        elif event["type"] == "message.sent" and event["source"] == "bot":
            text = data.get("text", "")[:LONGEST_QUOTE]
            kind: Literal["article", "question", "answer"] = (
                "article" if data.get("citations") else "question" if text.endswith("?") else "answer"
            )
            steps.append(PacketStep(event["seq"], kind, text))
        elif event["type"] == "feedback.given" and steps:
            steps[-1] = PacketStep(steps[-1].seq, steps[-1].kind, steps[-1].text, data["kind"])
    return steps


def _operations(events: Sequence[WireEvent]) -> list[PacketOperation]:
    latest: dict[str, PacketOperation] = {}
    for event in events:
        if event["type"] == "action.performed":
            d = event["data"]
            latest[d["operation_id"]] = PacketOperation(
                d["operation_id"], d["kind"], d["state"], d.get("summary", ""), d.get("receipt"), event["seq"]
            )
    return list(latest.values())


def _articles(events: Sequence[WireEvent]) -> list[PacketArticle]:
    return [
        PacketArticle(**citation, seq=event["seq"])
        for event in events
        if event["type"] == "message.sent"
        for citation in event["data"].get("citations", [])
    ]


def _promises(events: Sequence[WireEvent]) -> list[PacketPromise]:
    kept = {e["data"]["promise_id"] for e in events if e["type"] == "promise.kept"}
    return [
        PacketPromise(d["promise_id"], d.get("text", ""), d["due_at"], d["owner"])
        for e in events
        if e["type"] == "promise.made" and (d := e["data"])["promise_id"] not in kept
    ]


def _approvals(events: Sequence[WireEvent]) -> list[PacketApproval]:
    decided = {e["data"]["approval_id"] for e in events if e["type"] == "approval.decided"}
    return [
        PacketApproval(d["approval_id"], d["operation_id"], d.get("summary", ""), d.get("amount"), d.get("limit"))
        for e in events
        if e["type"] == "approval.requested" and (d := e["data"])["approval_id"] not in decided
    ]


def _routing(events: Sequence[WireEvent], handoff: Handoff) -> PacketRouting:
    told = next((e for e in events if e["type"] == "handoff.queued" and e["seq"] > handoff.seq), None)
    shown = next(
        (e for e in events if e["seq"] > handoff.seq and e["type"] == "message.sent" and e["source"] == "system"), None
    )
    return PacketRouting(
        queue=handoff.queue,
        priority=handoff.priority,
        position_told=told["data"]["position"] if told else None,
        text_shown=shown["data"].get("text") if shown else None,
    )


def _evidence_kind(event: WireEvent, kind: str) -> bool:
    return any(item["kind"] == kind for item in event["data"].get("evidence", []))
