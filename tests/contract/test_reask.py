"""Re-ask warnings: what counts as asking again, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.contract.reask import Known, asked_again, said_already

pytestmark = pytest.mark.contract

KNOWN = [
    Known("order_number", "OB-1042", 3),
    Known("email", "mara@example.com", 5),
    Known("phone", "+43 660 1234567", 5),
    Known("name", "Mara Voss", 0),
    Known("problem", "my boots came with a broken zip", 3),
]


def said(seq: int, text: str, source: str = "customer") -> dict[str, Any]:
    return {"seq": seq, "type": "message.sent", "source": source, "data": {"text": text}}


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("What is your order number?", {"order_number"}),
        ("Hi Mara, could you send me the order number please", {"order_number"}),
        ("Which order is this about?", {"order_number"}),
        ("Please tell me your e-mail address and phone number.", {"email", "phone"}),
        ("May I have your full name?", {"name"}),
        ("Hello! How can I help you today?", {"problem"}),
        ("What exactly happened?", {"problem"}),
        ("Können Sie mir bitte Ihre Bestellnummer nennen?", {"order_number"}),
        ("¿Cuál es su número de pedido?", {"order_number"}),
        # Not asking again:
        ("I can see order OB-1042. Is that order number right?", set()),
        ("I have your order number and look into it now.", set()),
        ("I'll send you an e-mail with the label, can you watch for it?", set()),
        ("Do you have another order number?", set()),
        ("Would you like a refund or a new pair?", set()),
        ("Thank you, that is all I need.", set()),
        ("", set()),
    ],
)
def test_asking_again(text: str, subjects: set[str]) -> None:
    assert {each.subject for each in asked_again(text, KNOWN)} == subjects


def test_nothing_is_asked_again_that_was_never_said() -> None:
    assert asked_again("What is your order number and e-mail?", []) == []


def test_the_newest_word_of_the_customer_counts_and_nobody_elses() -> None:
    events = [
        said(2, "hello"),
        said(3, "my order OB-1041 has not come, and I am waiting"),
        said(4, "I see OB-9999 here", "bot"),
        said(6, "sorry, it is OB-1042, write to mara@example.com"),
    ]
    known = {each.subject: each for each in said_already(events, name="Mara Voss")}
    assert known["order_number"] == Known("order_number", "OB-1042", 6)
    assert known["email"] == Known("email", "mara@example.com", 6)
    assert known["name"].seq == 0
    assert known["problem"].seq == 3
    assert "phone" not in known


def test_the_form_before_the_chat_and_a_contact_that_was_left_are_known() -> None:
    form = {"name": "Mara", "email": "mara@example.com", "topic": "A return"}
    opened = {"seq": 1, "type": "conversation.opened", "source": "system", "data": form}
    assert set(said_already([opened], name="Mara")) == {
        Known("name", "Mara", 1),
        Known("email", "mara@example.com", 1),
    }
    left = {"kind": "phone", "address": "+43 1 58058", "checked": "format"}
    given = {"seq": 4, "type": "contact.given", "source": "customer", "data": left}
    assert said_already([given], email="record@example.com") == [
        Known("email", "record@example.com", 0),
        Known("phone", "+43 1 58058", 4),
    ]


def test_an_erased_message_tells_nothing() -> None:
    assert said_already([{"seq": 2, "type": "message.sent", "source": "customer", "data": {}}]) == []


@given(st.text(max_size=400))
def test_any_text_is_read_and_only_known_things_come_back(text: str) -> None:
    assert set(asked_again(text, KNOWN)) <= set(KNOWN)
    said_already([said(1, text)])
