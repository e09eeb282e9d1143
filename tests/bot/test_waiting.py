"""What else was asked waits: nothing of it is lost, and nothing is told twice. Pure rules, no model."""

from __future__ import annotations

from typing import Any

import pytest

from bot import waiting

pytestmark = pytest.mark.unit


def request(intent: str, *orders: str, text: str = "") -> dict[str, Any]:
    named = [{"entity": "order_number", "value": order} for order in orders]
    return {"text": text or f"{intent} {' '.join(orders)}".strip(), "intent": intent, "entities": named}


STATUS, INVOICE = request("order_status", "A-1"), request("invoice_copy", "A-2")
PASSWORD, REFUND = request("password_reset"), request("refund_status", "A-3")
REST = request(waiting.UNREAD, text="and  the\nrest " + "of it " * 20)


def test_all_that_was_asked_waits_behind_what_waits_already() -> None:
    said = {**PASSWORD, "requests": [PASSWORD, REFUND, REST, request("data_copy"), request("delete_data")]}
    assert waiting.after([STATUS, INVOICE], "password_reset", said) == [STATUS, INVOICE, *said["requests"][1:]]


def test_what_is_asked_again_waits_no_more() -> None:
    assert waiting.after([STATUS, INVOICE], "order_status", request("order_status", "A-1")) == [INVOICE]
    assert waiting.after([STATUS, INVOICE], "order_status", request("order_status", "A-9")) == [STATUS, INVOICE]
    again = {**PASSWORD, "requests": [PASSWORD, INVOICE]}
    assert waiting.after([STATUS, INVOICE], "password_reset", again) == [STATUS, INVOICE]


def test_they_are_taken_one_by_one() -> None:
    assert waiting.take([STATUS, INVOICE]) == (STATUS, [INVOICE])
    assert waiting.take([]) == waiting.take(None) == (None, [])


def test_what_was_not_read_is_told_once_and_stays_for_the_note() -> None:
    taken, left = waiting.take([REST])
    assert taken == REST
    assert not waiting.to_do(left)
    assert waiting.take(left) == (None, left)
    note = waiting.note_with("Wants a call.", left)
    assert note is not None
    assert note.startswith("Wants a call. Also asked, still open: and the rest of it")
    assert waiting.note_with(None, []) is None


def test_what_the_customer_reads_is_short_and_their_own() -> None:
    shown = waiting.shown([PASSWORD, REST])
    assert shown.startswith("“password_reset”, “and the rest of it of it")
    assert shown.endswith("…”")
    assert len(shown) < 100


def test_only_so_many_are_kept_and_none_without_a_word() -> None:
    waits: list[dict[str, Any]] = []
    for number in range(3 * waiting.MOST):
        said = request("invoice_copy", f"A-{number}")
        waits = waiting.after(waits, "order_status", {**STATUS, "requests": [STATUS, said]})
        assert len(waits) <= waiting.MOST
    assert [one["intent"] for one in waits] == ["invoice_copy"] * (waiting.MOST - 1) + [waiting.UNREAD]
    assert waiting.to_do(waits) == waits  # so the customer is told what was not looked at
    assert waits[-1]["text"].startswith(f"invoice_copy A-{waiting.MOST - 1} invoice_copy A-{waiting.MOST}")
    assert len(waits[-1]["text"]) <= 600


def test_what_was_told_makes_room_and_stays_for_the_note() -> None:
    told = [{**request(waiting.UNREAD, text=f"also {number}"), "told": True} for number in range(waiting.MOST)]
    waits = waiting.after(told, "order_status", {**STATUS, "requests": [STATUS, INVOICE]})
    assert waiting.to_do(waits) == [INVOICE]
    assert len(waits) == 2
    assert "also 0 also 1" in str(waiting.note_with(None, waits))


def test_a_call_that_is_wished_for_stands_in_the_note() -> None:
    assert waiting.note_with(None, None, "call me on Tuesday at 3") == "Wants a call: “call me on Tuesday at 3”."
    note = str(waiting.note_with("Refused.", [INVOICE], "call me at 3"))
    assert note == "Refused. Wants a call: “call me at 3”. Also asked, still open: invoice_copy A-2"
