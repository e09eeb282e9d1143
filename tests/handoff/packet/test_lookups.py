"""What the assistant read is told as the actions recorded it: what was asked, what came back, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from actions import tool_calls
from actions.backend import port
from actions.errors import BackendUnavailable, CodeRefused, NotAllowed, NotFound
from handoff.contract.turn import ToolCall
from handoff.contract.wire import dump
from handoff.packet.build import TurnRecord, build
from handoff.packet.lookups import lines_of
from tests.handoff.packet.test_build import CONVERSATION, EVENTS, HANDOFF, TURNS

pytestmark = pytest.mark.unit

DAY = datetime(2026, 3, 5, 12, tzinfo=UTC)
ADDRESS = port.Address("1 Secret Street", "Berlin", "10115", "DE")
ORDER = port.Order("A-1042", "mara", "in_transit", DAY, (), Decimal("4.90"), Decimal("89.00"), "EUR", ADDRESS, eta=DAY)
MARA = port.Customer(
    "mara", "Mara", "mara@example.com", subscription=port.Subscription("box", "paused", Decimal("9.00"), DAY)
)
BOTH = {"order_id": "A-1042", "email": "mara@example.com"}


def read(method: str, value: Any, /, name: str = "shop", **arguments: Any) -> ToolCall:
    return tool_calls.answered(name, method, {"customer_id": "mara", **arguments}, value)


def failed(method: str, problem: Exception, /, name: str = "shop", **arguments: Any) -> ToolCall:
    return tool_calls.failed(name, method, {"customer_id": "mara", **arguments}, problem)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (read("order", ORDER, order_id="A-1042"), "order A-1042 read: in transit, expected 2026-03-05"),
        (read("order", replace(ORDER, delivered_at=DAY, status="lost"), order_id="A-1"), "order A-1 read: lost"),
        (failed("order", NotFound(), order_id="A-9"), "order A-9 read: not found"),
        (failed("order", BackendUnavailable(), order_id="A-9"), "order A-9 read: no answer"),
        (read("orders", [ORDER] * 6), "orders read: " + "A-1042 in transit, " * 4 + "2 more"),
        (read("orders", []), "orders read: none"),
        (read("customer", MARA), "account read: subscription paused"),
        (read("callback_slots", []), "times for a call read: none"),
        (read("find_customer_by_order_and_email", None, **BOTH), "order A-1042 and [e-mail] compared: no match"),
        (
            read("preview", port.Preview(Decimal("89.00")), change={"kind": "cancel_order", "order_id": "A-1042"}),
            "cancel order of A-1042 checked: possible, 89.00",
        ),
        (
            failed("preview", NotAllowed("already_shipped", "x"), change={"kind": "cancel_order", "order_id": "A-1"}),
            "cancel order of A-1 checked: not allowed (already shipped)",
        ),
        (failed("check", CodeRefused("expired"), name="codes"), "one-time code checked: refused (expired)"),
        (ToolCall("shop.warehouse", {"place": "card 4111 1111 1111 1111"}, {"status": "open"}),
         "warehouse card [card] read: open"),
    ],
)  # fmt: skip
def test_a_reading_is_a_line(call: ToolCall, line: str) -> None:
    assert lines_of({"calls": [dump(call)]}) == [line]


def test_changes_and_what_the_machine_asks_for_itself_are_no_readings() -> None:
    tools = ["shop.apply", "shop.effect", "shop.given_since", "operations.prepare", "operations.get", "codes.pending"]
    assert lines_of({"calls": [{"tool": tool, "arguments": {}, "answer": {}} for tool in tools]}) == []
    assert lines_of({}) == []


def test_a_reading_stands_in_the_packet_before_the_answer_it_served_and_once() -> None:
    calls = [dump(read("order", ORDER, order_id="A-1042"))] * 2
    late = TurnRecord(12, {"triage": {}, "calls": calls}, None)
    turns = [TURNS[0]._replace(result={**TURNS[0].result, "calls": calls}), TURNS[1], late]
    packet = build(CONVERSATION, EVENTS, turns, HANDOFF)
    kinds = [(step.seq, step.kind) for step in packet.tried]
    assert kinds == [(2, "lookup"), (4, "question"), (7, "operation"), (8, "article")]
    assert packet.tried[0].text == "order A-1042 read: in transit, expected 2026-03-05"
    assert packet.tried[0].text in packet.summary.tried
    assert 2 in packet.summary.seqs["tried"]
    for unneeded in ("Secret", "89.00", "10115"):
        assert unneeded not in str(dump(packet))
