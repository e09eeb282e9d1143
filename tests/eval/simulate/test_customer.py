"""The agenda at work, against screens that are played here."""

from __future__ import annotations

import random
from typing import Any

import pytest

from eval.simulate.customer import Customer, Facts
from eval.simulate.reading import heard
from eval.simulate.voice import Speaker, read_bank
from tests.eval.simulate.support import ORDER, event, scenario

pytestmark = pytest.mark.unit


def customer(**more: Any) -> Customer:
    one = scenario(**more)
    chance = random.Random(1)
    facts = Facts({"it": ORDER}, email="me@example.com", code="123456")
    return Customer(one, facts, Speaker(read_bank("dev"), one.persona, chance), chance)


def bot(text: str, *labels: str, **more: Any) -> Any:
    choices = [{"label": label, "choice": f"c{at}"} for at, label in enumerate(labels)]
    return heard([event(9, "message.sent", "bot", text=text, choices=choices, **more)])


def test_wish_yes_done_thanks() -> None:
    person = customer(persona={"presses_buttons": 1})
    assert ORDER in person.first().texts[0]
    assert person.next(bot("I can cancel it. Shall I?", "Yes, cancel it", "No, keep it")).label == "Yes, cancel it"
    last = person.next(bot("Done: it is cancelled. Your reference is CN-23456789.", "Yes, that's solved", "Not yet"))
    assert (last.label, last.feedback, person.end) == ("Yes, that's solved", "solved", "content")
    assert person.satisfied == [True]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which order is it about?", ORDER),
        ("which e-mail address did you order with?", "me@example.com"),
        ("Please type the code here; the six-digit code is good for 10 minutes.", "123456"),
    ],
)
def test_what_is_asked_for_is_given(question: str, answer: str) -> None:
    person = customer()
    person.first()
    assert answer in person.next(bot(question)).texts[0]


def test_a_no_when_the_mind_has_changed() -> None:
    person = customer(goals=[{"act": "cancel_order", "order": "it", "confirm": "no"}], persona={"presses_buttons": 1})
    person.first()
    assert person.next(bot("Shall I?", "Yes, cancel it", "No, keep it")).label == "No, keep it"
    person.next(bot("All right, your order stays as it is."))
    assert person.end == "content"


def test_patience_ends_with_a_person_or_with_leaving() -> None:
    for way, end in (("asks_for_a_person", ""), ("leaves", "left")):
        person = customer(persona={"patience": 1, "gives_up": way})
        person.first()
        assert person.next(bot("I'm not sure I can help with that.")).texts
        said = person.next(bot("I'm not sure I can help with that.", "Talk to a person"))
        assert person.end == end
        assert (said.label == "Talk to a person") == (end == "")
        assert person.rephrased == 1


def test_the_customer_stops_when_people_have_it() -> None:
    person = customer()
    person.first()
    person.next(heard([event(4, "handoff.queued", "system", handoff_id="h", queue="support", position=1)]))
    assert person.end == "with_people"


def test_an_answer_about_something_else_does_not_count() -> None:
    person = customer(
        goals=[{"say": ["how long?"], "done": "answer", "topics": ["returns-policy"]}], expect={}, start={}
    )
    person.first()
    other = [{"article_id": "gift-cards"}]
    person.next(bot("No, they do not expire.", citations=other))
    assert person.failures == 1
    person.next(bot("30 days.", citations=[{"article_id": "returns-policy"}]))
    assert person.end == "content"


def test_a_move_is_made_once_at_its_place() -> None:
    person = customer(moves=[{"at": "proposal", "say": "how long is the warranty?"}])
    person.first()
    assert person.next(bot("Shall I?", "Yes, cancel it")).texts == ["how long is the warranty?"]
    assert person.next(bot("Five years. Shall I?", "Yes, cancel it")).texts != ["how long is the warranty?"]


def test_nobody_talks_for_ever() -> None:
    person = customer(persona={"patience": 9}, budget={"turns": 3})
    person.first()
    while not person.end:
        person.next(bot("Hm."))
    assert (person.end, person.messages) == ("out_of_turns", 3)
