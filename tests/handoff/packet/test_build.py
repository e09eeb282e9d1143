"""The packet says what the log shows, points at where, and nothing else."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from handoff.contract.packet import Fact, Origin, Packet
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


def event(seq: int, name: str, source: str = "bot", /, **data: Any) -> dict[str, Any]:
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
    event(
        1,
        "conversation.opened",
        "system",
        channel="web",
        page_url="https://shop/orders",
        timezone="Europe/Berlin",
        device="phone",
    ),
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
    assert len([fact for fact in facts if fact]) == 6
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


def test_what_the_assistant_worked_with_and_the_limit_that_was_passed() -> None:
    worded = {"messages": [{"text": "See here.", "worded_by": "chat-1"}]}
    turns = [TURNS[0], TurnRecord(5, {"triage": {**TURNS[1].result["triage"], "threshold": 0.8}, **worded}, "model-2")]
    packet = build(CONVERSATION, EVENTS, turns, HANDOFF)
    assert (packet.ids.knowledge_version, packet.ids.model) == ("returns@3", "chat-1")
    assert packet.origins["ids.knowledge_version"] == Origin("tool", 8)
    assert packet.origins["ids.model"] == Origin("tool", 5)
    assert (packet.why.score, packet.why.threshold) == (0.9, 0.8)


def test_where_it_waits_and_what_was_said_of_it_last() -> None:
    told = {"handoff_id": "hnd_1", "position": 1, "staffed": True, "estimate_seconds": 240}
    closed = {"handoff_id": "hnd_1", "position": 1, "staffed": False, "opens_at": "2026-03-03T08:00:00.000Z"}
    passed = event(14, "handoff.transferred", "agent", handoff_id="hnd_1", by="ana", queue="senior", to_agent="ben")
    log = [*EVENTS, event(13, "handoff.advanced", "system", **told), passed]
    handoff = HANDOFF._replace(skills=["refunds"], weight=2)
    routing = (packet := build(CONVERSATION, log, TURNS, handoff)).routing
    assert (routing.position_told, routing.wait_told, routing.off_hours) == (1, 240, None)
    assert (routing.skills, routing.capacity_weight, routing.requested_agent) == (["refunds"], 2, "ben")
    assert packet.origins["routing.wait_told"] == Origin("tool", 13)
    assert packet.origins["routing.requested_agent"] == Origin("tool", 14)
    later = build(CONVERSATION, [*log, event(15, "handoff.advanced", "system", **closed)], TURNS, handoff)
    assert (later.routing.wait_told, later.routing.off_hours) == (None, closed["opens_at"])


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
    assert packet.missing == ["customer", "contact", "problem", "wants", "intent", "slots", "tried"]
    assert packet.completeness == 0.12
    assert packet.advice.next_action == "ask_need"
    assert packet.summary.problem == "The customer has not written anything yet."
    assert packet.summary.tried == "Nothing yet."
    assert PACKET.validate_python(dump(packet)) == packet


def test_on_the_wire_it_is_the_contracts_packet() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF)
    assert PACKET.validate_python(dump(packet)) == packet
    assert {"tried", "operations", "articles", "promises", "approvals"} <= set(dump(packet))


def said(seq: int, text: str) -> dict[str, Any]:
    return event(seq, "message.sent", "customer", text=text, author="customer")


def built(*between: dict[str, Any], turns: list[TurnRecord] | None = None, **row: Any) -> Packet:
    """The packet of a log that opens, goes on with ``between`` and is handed over at its end."""
    last = len(between) + 2
    by, reason = row.pop("by", "bot"), row.pop("reason", "explicit_request")
    log = [EVENTS[0], *between, event(last, "handoff.requested", by, reason=reason, **row)]
    return build(CONVERSATION, log, turns or [], Handoff("hnd_1", last, reason, "support", 3, AT.format(5)))


def plain_fields(packet: Packet) -> set[str]:
    """Of the groups with plain fields: those that say something and carry no origin of their own."""
    found = set()
    for group in ("ids", "customer", "why", "need", "mood", "routing", "advice"):
        for name, value in vars(getattr(packet, group)).items():
            items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
            if not any(item is None or item == "" or hasattr(item, "__dataclass_fields__") for item in items) and items:
                found.add(f"{group}.{name}")
    return found


def test_every_field_has_a_source_and_points_at_an_event_that_is_there() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF, prior_contacts=1)
    assert set(packet.origins) == plain_fields(packet)
    seqs = {e["seq"] for e in EVENTS}
    assert {origin.seq for name, origin in packet.origins.items() if name != "mood.prior_contacts"} <= seqs
    assert packet.origins["mood.prior_contacts"].seq is None
    for items in (packet.tried, packet.operations, packet.articles, packet.promises, packet.need.intents):
        assert all(item.source and item.seq in seqs for item in items)
    assert packet.origins["customer.customer_id"].source == "host_site"
    assert packet.origins["why.reason"].source == "inferred"


def test_the_lines_of_the_summary_point_at_what_they_rest_on() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF)
    assert packet.summary.seqs == {"problem": [2], "tried": [4, 7, 8], "wants": [5], "next_best_action": [2]}
    assert "Refund 20.00: prepared, not done" in packet.summary.tried
    assert "done and checked" not in packet.summary.tried


@pytest.mark.parametrize(
    ("state", "effect"),
    [
        ("intended", "not_done"),
        ("failed", "not_done"),
        ("done", "unknown"),
        ("unknown", "unknown"),
        ("verified", "done"),
    ],
)
def test_an_effect_is_done_only_when_it_was_read_back(state: str, effect: str) -> None:
    performed = event(3, "action.performed", operation_id="op_1", kind="refund", state=state, summary="Refund 20.00")
    packet = built(said(2, "refund me"), performed)
    assert packet.operations[0].effect == effect
    assert ("done and checked" in packet.summary.tried) == (state == "verified")


def test_what_was_asked_stands_with_its_answer() -> None:
    packet = build(CONVERSATION, EVENTS, TURNS, HANDOFF)
    assert [(q.seq, q.answer_seq, q.answer) for q in packet.questions] == [(4, 5, "I TOLD YOU ALREADY")]


def test_a_slot_is_confirmed_by_a_change_that_named_it() -> None:
    turns = [TurnRecord(2, {"triage": {"slots": {"order": "A-1001"}}}, None)]
    done = {"operation_id": "op_1", "kind": "cancel", "summary": "Cancel A-1001"}
    unasked = built(said(2, "A-1001"), event(3, "action.performed", **done, state="intended"), turns=turns)
    agreed = built(said(2, "A-1001"), event(3, "action.performed", **done, state="unknown"), turns=turns)
    assert not unasked.need.slots["order"].confirmed
    assert agreed.need.slots["order"].confirmed


def test_a_deadline_and_a_stated_need_are_quoted() -> None:
    packet = built(said(2, "I'm blind and need it by Friday at the latest"))
    assert packet.need.deadline == Fact("by Friday", "customer", 2)
    assert packet.customer.accessibility == Fact("I'm blind", "customer", 2)


def test_a_note_on_the_button_is_the_customers_need() -> None:
    packet = built(by="customer", note="Do you ship to Norway?")
    assert packet.need.problem == Fact("Do you ship to Norway?", "customer", 2)
    assert packet.advice.next_action == "answer_question"


def test_our_articles_are_blamed_only_where_one_was_shown() -> None:
    asked, note = said(2, "Do you ship to Norway?"), "Do you ship to Norway?"
    failed = built(asked, event(3, "turn.failed", "system", reason="deadline"), by="customer", note=note)
    assert failed.summary.next_best_action == "Find the answer to their question."
    cited = {"article_id": "a", "version": 1, "section": "", "title": "Shipping", "url": ""}
    answered = event(3, "message.sent", text="We ship to the EU.", citations=[cited])
    shown = built(asked, answered, by="customer", note=note)
    assert shown.summary.next_best_action == "Find the answer to their question; our articles did not settle it."
    unknown = built(asked, reason="missing_knowledge")
    assert unknown.summary.next_best_action == "Find the answer to their question; our articles do not hold it."


def test_a_promise_is_overdue_as_of_a_moment() -> None:
    assert not build(CONVERSATION, EVENTS, TURNS, HANDOFF).promises[0].overdue
    late = build(CONVERSATION, EVENTS, TURNS, HANDOFF, as_of="2026-03-03T09:00:00.000Z")
    assert late.promises[0].overdue
    assert late.advice.next_action == "follow_up_promise"


def test_payment_data_and_codes_never_enter_and_are_logged() -> None:
    card, account = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"
    log = [said(2, f"card {card}, account {account}"), said(3, "x" * 270 + f" {card}")]
    turns = [TurnRecord(2, {"triage": {"slots": {"note": card, "code": "482913"}}}, None)]
    packet = built(*log, turns=turns, note=f"again {account}")
    text = str(dump(packet))
    for secret in ("4111", "3704", "482913"):
        assert secret not in text
    assert [(r.kind, r.seq, r.count) for r in packet.redactions] == [
        ("account", 2, 1),
        ("card", 2, 1),
        ("card", 3, 1),
        ("account", 4, 1),
    ]
    assert packet.transcript[0].hidden == ["account", "card"]


def test_where_the_customer_is_and_on_what() -> None:
    where = (packet := built()).customer
    assert (where.page_url, where.timezone, where.device) == ("https://shop/orders", "Europe/Berlin", "phone")
    for name in ("locale", "timezone", "page_url", "device"):
        assert packet.origins[f"customer.{name}"] == Origin("browser", 1)


def test_what_the_site_says_of_them_is_the_newest_token() -> None:
    def shown(seq: int, **more: Any) -> dict[str, Any]:
        return event(seq, "customer.verified", "system", customer_id="cus_mara", **more)

    packet = built(
        shown(2, method="identity_token", tier="silver", consent=[]),
        shown(3, method="identity_token", tier="gold", consent=["newsletter"]),
        shown(4, method="one_time_code"),
    )
    assert (packet.customer.tier, packet.customer.consent) == ("gold", ["newsletter"])
    assert packet.origins["customer.tier"] == packet.origins["customer.consent"] == Origin("host_site", 3)
    assert "customer.tier" not in built(shown(2, method="one_time_code")).origins


def test_an_address_that_was_told_is_kept_for_the_agent() -> None:
    turns = [TurnRecord(2, {"triage": {"entities": {"email": "mara@example.com"}}}, None)]
    packet = built(said(2, "write to mara@example.com"), turns=turns)
    assert packet.customer.email == "mara@example.com"
    assert packet.origins["customer.email"] == Origin("customer", 2)
    assert packet.customer.confirmed_contacts == []


@pytest.mark.parametrize(("checked", "confirmed"), [("format", []), ("verified", ["email"])])
def test_an_address_that_was_left_counts_before_one_that_was_mentioned(checked: str, confirmed: list[str]) -> None:
    turns = [TurnRecord(2, {"triage": {"entities": {"email": "old@example.com"}}}, None)]
    log = [said(2, "my old one was old@example.com")]
    log.append(event(3, "contact.given", "customer", kind="email", address="mara@example.com", checked=checked))
    packet = built(*log, turns=turns)
    assert packet.customer.email == "mara@example.com"
    assert packet.customer.confirmed_contacts == confirmed
    assert packet.origins["customer.email"] == Origin("customer", 3)
    assert "customer.email" not in packet.missing


def test_a_telephone_number_that_was_left_is_where_the_customer_is_called() -> None:
    turns = [TurnRecord(2, {"triage": {"entities": {"email": "mara@example.com"}}}, None)]
    log = [
        said(2, "mara@example.com"),
        event(3, "contact.given", "customer", kind="phone", address="+43 1 5850", checked="format"),
    ]
    packet = built(*log, turns=turns)
    assert (packet.customer.email, packet.customer.phone) == ("mara@example.com", "+43 1 5850")
    assert packet.origins["customer.phone"] == Origin("customer", 3)
    assert packet.customer.confirmed_contacts == []


FORM = event(1, "conversation.opened", "system", channel="web", name="Mara", email="mara@example.com", topic="A return")


def stranger(*log: dict[str, Any], verification: str = "none", **more: Any) -> Packet:
    """The packet of somebody who filled in the form and pressed the button."""
    who = replace(CONVERSATION, customer_id=None, verification=verification)
    request = event(len(log) + 2, "handoff.requested", "customer", reason="explicit_request")
    handoff = Handoff("hnd_1", len(log) + 2, "explicit_request", "support", 3, AT.format(5))
    return build(who, [FORM, *log, request], [], handoff, **more)


def test_what_was_filled_in_before_the_chat_is_known_and_says_where_from() -> None:
    packet = stranger()
    assert (packet.customer.name, packet.customer.email) == ("Mara", "mara@example.com")
    for field in ("customer.name", "customer.email"):
        assert packet.origins[field] == Origin("pre_chat", 1)
    assert packet.customer.confirmed_contacts == []
    assert packet.need.slots["topic"] == packet.need.problem == Fact("A return", "pre_chat", 1)
    assert not {"contact", "problem", "slots"} & set(packet.missing)
    assert packet.summary.problem == "A return"
    assert PACKET.validate_python(dump(packet)) == packet


def test_what_they_write_counts_before_the_form() -> None:
    left = event(3, "contact.given", "customer", kind="email", address="other@example.com", checked="format")
    packet = stranger(said(2, "My boots came with a broken zip"), left)
    assert packet.need.problem == Fact("My boots came with a broken zip", "customer", 2)
    assert packet.customer.email == "other@example.com"
    assert packet.origins["customer.email"] == Origin("customer", 3)


def test_the_address_on_record_is_a_proven_customers_alone() -> None:
    unproven = stranger(address="record@example.com")
    assert unproven.customer.email == "mara@example.com"
    proven = stranger(verification="one_time_code", address="record@example.com")
    assert proven.customer.email == "record@example.com"
    assert proven.customer.confirmed_contacts == ["email"]
    assert proven.origins["customer.email"] == Origin("tool")
