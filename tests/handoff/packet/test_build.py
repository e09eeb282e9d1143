"""The packet says what the log shows, points at where, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from handoff.contract.packet import Fact
from handoff.contract.wire import PACKET, dump
from handoff.conversations.log import Conversation
from handoff.packet.build import Handoff, TurnRecord, build

pytestmark = pytest.mark.unit

AT = "2026-03-02T09:0{}:00.000Z"
CONVERSATION = Conversation(
    "cnv_1",
    "mara",
    "Mara",
    "identity_token",
    "web",
    "en",
    "queue",
    2,
    0,
    "open",
    2,
    "eps_1",
    None,
    None,
    AT.format(0),
    "",
)
HANDOFF = Handoff("hnd_1", 10, "frustration", "senior", 2, AT.format(5))
CITATION = {"article_id": "returns", "version": 3, "title": "Returns", "section": "How", "url": "/help/returns"}


def event(seq: int, name: str, source: str = "bot", **data: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{seq}",
        "seq": seq,
        "type": name,
        "version": 1,
        "conversation_id": "cnv_1",
        "occurred_at": AT.format(min(seq // 2, 9)),
        "source": source,
        "epoch": 1,
        "visibility": "all",
        "data": data,
    }


def triage(seq: int, frustration: float, *evidence: str) -> dict[str, Any]:
    found = [{"kind": kind, "text": "again", "weight": 0.3} for kind in evidence]
    return event(seq, "triage.decided", reply_to=[seq - 1], rule="mood", frustration=frustration, evidence=found)


EVENTS = [
    event(1, "conversation.opened", "system", channel="web", page_url="https://shop/orders"),
    event(2, "message.sent", "customer", text="My order A-1001 has not arrived", author="customer"),
    triage(3, 0.2),
    event(4, "message.sent", text="Which one do you mean?", author="bot", reply_to=[2]),
    event(5, "message.sent", "customer", text="I TOLD YOU ALREADY", author="customer"),
    triage(6, 0.9, "rephrase"),
    event(7, "action.performed", operation_id="op_1", kind="refund", state="intended", summary="Refund 20.00"),
    event(8, "message.sent", text="See here.", author="bot", reply_to=[5], citations=[CITATION]),
    event(9, "promise.made", promise_id="prm_1", text="We call you", owner="support", due_at=AT.format(9)),
    event(10, "handoff.requested", "bot", reason="frustration", score=0.9),
    event(11, "handoff.queued", "system", handoff_id="hnd_1", queue="senior", position=2),
    event(12, "message.sent", "system", text="You're number 2 in line", author="system"),
]
TURNS = [
    TurnRecord(2, {"triage": {"intent": "order_status", "confidence": 0.9, "slots": {"order": "A-1001"}}}, "model-1"),
    TurnRecord(
        5,
        {
            "triage": {
                "intent": "complain",
                "confidence": 0.8,
                "slots": {"order": "A-1001", "carrier": "Northpost", "count": 2},
                "active_form": "order_form",
            }
        },
        "model-2",
    ),
]


def test_every_fact_of_the_customer_stands_in_the_event_it_points_at() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF)
    texts = {e["seq"]: e["data"].get("text", "") for e in EVENTS}
    facts = [packet.need.problem, packet.need.wants, *packet.need.issues, *packet.need.slots.values()]
    assert len([fact for fact in facts if fact]) == 5
    for fact in facts:
        assert fact is not None
        assert fact.seq in texts
        if fact.source == "customer":
            assert str(fact.value) in texts[fact.seq]


def test_what_the_customer_did_not_say_is_not_laid_in_their_mouth() -> None:
    slots = build(CONVERSATION, EVENTS, TURNS, HANDOFF).need.slots
    assert slots["order"] == Fact("A-1001", "customer", 2)
    assert slots["carrier"] == Fact("Northpost", "inferred", 5)
    assert slots["count"] == Fact(2, "inferred", 5)


def test_steps_articles_and_operations_point_at_their_events() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF)
    by_seq = {e["seq"]: e for e in EVENTS}
    assert [(step.seq, step.kind) for step in packet.tried] == [(4, "question"), (7, "operation"), (8, "article")]
    for step in packet.tried:
        said = by_seq[step.seq]["data"]
        assert step.text in (said.get("text"), f"{said.get('summary')} ({said.get('state')})")
    assert [(a.seq, a.title) for a in packet.articles] == [(8, "Returns")]
    assert [(o.seq, o.state) for o in packet.operations] == [(7, "intended")]
    assert [promise.promise_id for promise in packet.promises] == ["prm_1"]


def test_what_was_told_and_felt() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF, prior_contacts=2)
    assert packet.routing.position_told == 2
    assert packet.routing.text_shown == "You're number 2 in line"
    assert packet.mood.frustration == [0.2, 0.9]
    assert (packet.mood.rephrasings, packet.mood.turns, packet.mood.prior_contacts) == (1, 2, 2)
    assert packet.ids.wait_started_at == EVENTS[10]["occurred_at"]
    assert packet.ids.bot_version == "model-2"
    assert packet.why.urgency == "high"


def test_the_same_log_gives_the_same_packet_and_is_left_alone() -> None:
    events, turns = copy.deepcopy(EVENTS), copy.deepcopy(TURNS)
    first, second = (build(CONVERSATION, events, turns, HANDOFF) for _ in range(2))
    assert first == second
    assert (events, turns) == (EVENTS, TURNS)


def test_a_customer_who_said_nothing_has_a_packet_too() -> None:
    events = [EVENTS[0], event(2, "handoff.requested", "customer", reason="explicit_request")]
    handoff = Handoff("hnd_1", 2, "explicit_request", "support", 3, AT.format(0))
    stranger = Conversation(
        "cnv_1", None, None, "none", "web", "en", "queue", 2, 2, "open", 0, None, None, None, AT.format(0), ""
    )
    packet = build(stranger, events, [], handoff)
    assert packet.need.problem is None
    assert packet.missing == ["customer", "problem", "intent", "slots"]
    assert packet.completeness == 0.2
    assert PACKET.validate_python(dump(packet)) == packet


def test_on_the_wire_it_is_the_contracts_packet() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF)
    assert PACKET.validate_python(dump(packet)) == packet
    assert {"tried", "operations", "articles", "promises", "approvals"} <= set(dump(packet))
