"""Guests who prove who they are with a code, and what is said while it is awaited."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from actions.backend import tables
from actions.backend.mail import list_mails
from tests.dialogues.conftest import Front, Person, Talk
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.rasa


def test_a_guest_proves_who_they_are_and_goes_on(front: Front) -> None:
    person = front.person("moving")
    talk = front.talk(None)
    talk.say("where is my order?")
    talk.say("I don't have the number")
    assert "confirmation mail" in talk.text
    assert talk.labels == ["Talk to a person"]
    talk.say(person.orders["moving"])
    talk.say(person.email)
    talk.say("000000")
    assert talk.last["triage"]["requested_slot"] == "code"
    talk.say("I can't find the mail")
    assert "spam" in talk.text
    talk.say(code_for(front, person))
    assert person.orders["moving"] in talk.text
    assert talk.customer_id == person.id


def test_what_a_guest_named_before_the_code_is_not_asked_for_again(front: Front) -> None:
    person = front.person("delivered")
    talk = front.talk(None)
    talk.say("I'd like to return the boot wax from {delivered}".format(**person.orders))
    talk.say(person.email)
    talk.say(code_for(front, person))
    assert "1 × Boot wax 100 ml" in talk.text
    assert talk.labels == ["Yes, send the label", "No, I'll keep it"]


def code_for(front: Front, person: Person) -> str:
    """The newest code, once its mail is out: that is after the answer."""

    def mailed() -> list[str]:
        with front.shop.engine.connect() as connection:
            waiting = connection.execute(sa.select(tables.code_mails)).first()
        mails = [] if waiting else list_mails(front.shop.mailbox._directory)
        return [mail["code"] for mail in mails if mail["to"] == person.email and mail["code"]]

    return str(eventually_now("the code is mailed", mailed)[-1])


@pytest.fixture
def waiting(front: Front) -> tuple[Person, Talk]:
    """A guest whose code is in the mail."""
    person = front.person("moving")
    talk = front.talk(None)
    talk.say("where is my order {moving}?".format(**person.orders))
    talk.say(person.email)
    assert talk.last["triage"]["requested_slot"] == "code"
    assert len(talk.last["messages"]) == 1, "an address alone shows no mood"
    return person, talk


@pytest.mark.parametrize("words", ["ok", "one moment", "hang on, I'm looking", "thanks", "do you ship to Norway?"])
def test_a_guest_who_looks_for_the_code_may_take_their_time(
    front: Front, waiting: tuple[Person, Talk], words: str
) -> None:
    person, talk = waiting
    sent = code_for(front, person)
    for said in (words, words):
        talk.say(said)
        assert "code" in talk.text
        assert talk.last["triage"]["requested_slot"] == "code"
        assert talk.handed_over == []
    talk.say(sent)
    assert person.orders["moving"] in talk.text


@pytest.mark.parametrize(
    "words", ["send me a new code", "the code expired", "can you resend the code please?", "give me another one"]
)
def test_a_guest_is_sent_a_new_code(front: Front, waiting: tuple[Person, Talk], words: str) -> None:
    person, talk = waiting
    first = code_for(front, person)
    talk.say(words)
    assert "new code" in talk.text
    second = code_for(front, person)
    assert second != first
    talk.say(second)
    assert person.orders["moving"] in talk.text


def test_a_guest_without_the_mail_is_told_where_it_hides(front: Front, waiting: tuple[Person, Talk]) -> None:
    person, talk = waiting
    talk.say("I did not get the code")
    assert "spam" in talk.text
    assert talk.labels[0] == "Send a new code"
    talk.say("Send a new code")
    talk.say(code_for(front, person))
    assert person.orders["moving"] in talk.text


def test_a_guest_corrects_the_address(front: Front, waiting: tuple[Person, Talk]) -> None:
    person, talk = waiting
    talk.say("wrong email")
    assert talk.last["triage"]["requested_slot"] == "email"
    talk.say(person.email)
    talk.say(code_for(front, person))
    assert person.orders["moving"] in talk.text


def test_a_guest_learns_nothing_of_anothers_order(front: Front) -> None:
    person, stranger = front.person("moving"), front.person("moving")
    talk = front.talk(None)
    for line in (f"where is {person.orders['moving']}?", stranger.email, "123456", "654321"):
        talk.say(line)
        assert "Regenwand" not in talk.text
    assert talk.customer_id is None
