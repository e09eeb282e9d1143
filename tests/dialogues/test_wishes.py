"""A wish of one's own in place of the answer that was asked for."""

from __future__ import annotations

import pytest

from tests.dialogues.conftest import Front

pytestmark = pytest.mark.rasa


def test_who_was_asked_which_order_to_tell_of_and_wants_something_else_gets_that(front: Front) -> None:
    person = front.person("moving", "placed", "delivered")
    talk = front.talk(person)
    talk.say("where is my order?")
    assert talk.last["triage"]["intent"] == "order_status"
    assert len(talk.labels) > 1
    talk.say("I want to return the boot wax")
    assert talk.last["triage"]["intent"] == "return_item"
    assert "1 × Boot wax 100 ml" in talk.text
    assert talk.labels == ["Yes, send the label", "No, I'll keep it"]


def test_a_few_words_still_name_the_order(front: Front) -> None:
    person = front.person("moving", "placed")
    talk = front.talk(person)
    talk.say("where is my order?")
    talk.say("the rain jacket")
    assert person.orders["moving"] in talk.text
