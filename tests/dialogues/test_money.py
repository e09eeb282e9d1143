"""Money and effects that a customer takes back, corrects or asks for twice: what has happened afterwards."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from actions.backend import tables
from tests.dialogues.conftest import Front, Meet
from tests.dialogues.test_stories import state

pytestmark = pytest.mark.rasa


def test_the_same_money_is_sent_back_once(front: Front, meet: Meet) -> None:
    person, talk = meet("late", "moving")
    for _ in range(2):
        talk.say("I want my money back for {late}".format(**person.orders))
        talk.say("yes")
    assert front.effects(person) == ["refund"]
    assert talk.results[2]["operations"] == []
    assert "gone back to you already" in talk.results[2]["messages"][-1]["text"]


def test_two_orders_in_one_message_are_both_cancelled(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "also_placed", "moving")
    talk.say("cancel {placed} and {also_placed}".format(**person.orders))
    talk.say("yes")
    assert "Shall I" in talk.text
    assert person.orders["also_placed"] in talk.last["messages"][-1]["text"]
    talk.say("yes")
    assert front.effects(person) == ["cancel_order", "cancel_order"]
    assert "{also_placed} is cancelled".format(**person.orders) in talk.text


@pytest.mark.parametrize(
    ("orders", "lines", "correction", "done"),
    [
        ([], ["book a call monday at 10"], "rather tuesday at 11", "Tuesday"),
        ([], ["book a call monday at 10"], "yes but at 11", "11:00"),
        ([], ["pause my subscription", "one month"], "hmm make it two", "paused"),
        ([], ["pause my subscription for 1 month"], "no, 3 months", "paused"),
        (["damaged"], ["I'd like 20 euros back for {damaged}"], "make it 30", "30.00 EUR"),
        (["placed"], ["send {placed} to Lindenweg 14, 79100 Freiburg"], "no, number 16", "Lindenweg 16"),
    ],
)
def test_a_yes_after_a_correction_does_what_was_corrected(
    front: Front, meet: Meet, orders: list[str], lines: list[str], correction: str, done: str
) -> None:
    person, talk = meet(*orders)
    for line in lines:
        talk.say(line.format(**person.orders))
    old = talk.last["operations"][-1]["operation_id"]
    talk.say(correction)
    assert talk.last["triage"]["intent"] == "inform"
    new = talk.last["operations"][-1]["operation_id"]
    talk.say("yes")
    assert done in talk.text
    assert (state(front, old), state(front, new)) == ("intended", "verified")


def test_cancel_it_means_the_subscription_that_is_spoken_of(front: Front, meet: Meet) -> None:
    person, talk = meet("placed")
    talk.say("pause my subscription")
    talk.say("cancel it altogether")
    assert person.orders["placed"] not in talk.text
    talk.say("yes")
    assert front.effects(person) == ["subscription"]
    assert "paused" not in talk.text
    talk.say("cancel my order {placed}".format(**person.orders))
    assert "cancel order {placed}".format(**person.orders) in talk.text


@pytest.mark.parametrize(
    "words", ["cancel the refund", "don't send the refund, I changed my mind", "I don't want a refund any more"]
)
def test_a_refund_that_is_taken_back_is_not_paid(front: Front, meet: Meet, words: str) -> None:
    person, talk = meet("lost_dear")
    talk.say("I want my money back for {lost_dear}".format(**person.orders))
    operation = talk.last["operations"][-1]["operation_id"]
    talk.say("yes please")
    talk.say(words)
    assert talk.last["triage"]["intent"] == "decline_operation"
    front.approve(operation, "approved")
    talk.send("approval_decided", note=f"approved {operation}")
    talk.say("yes")
    assert front.effects(person) == []


@pytest.mark.parametrize("words", ["forget the money", "I don't want a refund any more"])
def test_a_refund_that_is_only_proposed_is_taken_back_by_its_name(front: Front, meet: Meet, words: str) -> None:
    person, talk = meet("late", "moving")
    talk.say("I want my money back for {late}".format(**person.orders))
    talk.say(words)
    assert "Shall I" not in talk.text
    talk.say("yes")
    assert front.effects(person) == []


def test_a_refund_that_is_taken_back_leaves_the_question_that_is_open(front: Front, meet: Meet) -> None:
    person, talk = meet("lost_dear", "placed")
    talk.say("I want my money back for {lost_dear}".format(**person.orders))
    refund = talk.last["operations"][-1]["operation_id"]
    talk.say("yes please")
    talk.say("cancel my order {placed}".format(**person.orders))
    talk.say("forget the money")
    assert "cancel order {placed}".format(**person.orders) in talk.text
    assert talk.text.endswith("Shall I?")
    front.approve(refund, "approved")
    talk.say("yes")
    assert front.effects(person) == ["cancel_order"]


def test_money_that_nobody_asked_for_is_no_no_to_what_is_open(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "also_placed")
    talk.say("cancel my order")
    talk.say("forget the money")
    assert "nothing of that kind" in talk.text
    assert person.orders["placed"] in str(talk.labels)
    talk.say("{placed}".format(**person.orders))
    talk.say("I don't want a refund any more")
    talk.say("yes")
    assert front.effects(person) == ["cancel_order"]


def test_who_only_declines_a_person_has_not_answered_what_was_asked(front: Front, meet: Meet) -> None:
    person, talk = meet("placed")
    talk.say("cancel my order {placed}".format(**person.orders))
    talk.say("no, no agent please")
    assert talk.handed_over == []
    assert "cancel order {placed}".format(**person.orders) in talk.text
    assert talk.text.endswith("Shall I?")
    talk.say("yes")
    assert front.effects(person) == ["cancel_order"]


def test_a_new_one_instead_of_the_money_takes_the_yes_back(front: Front, meet: Meet) -> None:
    person, talk = meet("lost_dear")
    talk.say("I want my money back for {lost_dear}".format(**person.orders))
    operation = talk.last["operations"][-1]["operation_id"]
    talk.say("yes please")
    talk.say("actually I want a new one instead")
    front.approve(operation, "approved")
    talk.send("approval_decided", note=f"approved {operation}")
    assert front.effects(person) == []


@pytest.mark.parametrize("words", ["no I changed my mind, keep my account", "I don't want to delete it after all"])
def test_a_deletion_is_asked_for_first_and_a_no_is_the_end_of_it(front: Front, meet: Meet, words: str) -> None:
    person, talk = meet("placed")
    talk.say("close my account please")
    assert "Shall I" in talk.text
    operation = talk.last["operations"][-1]["operation_id"]
    assert [one for one in talk.last["directives"] if one["directive"] == "approval"] == []
    talk.say("yes")
    assert [one["operation_id"] for one in talk.last["directives"] if one["directive"] == "approval"] == [operation]
    talk.say(words)
    front.approve(operation, "approved")
    talk.send("approval_decided", note=f"approved {operation}")
    assert "Shall I" not in talk.text
    talk.say("yes")
    assert front.effects(person) == []


def test_a_lost_gift_card_leads_to_no_payment_page(meet: Meet) -> None:
    _, talk = meet("placed")
    talk.say("I lost my gift card")
    assert "payment page" not in talk.text
    assert talk.last["operations"] == []


def test_both_of_them_are_worked_off_one_after_the_other(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "also_placed")
    talk.say("cancel my order")
    talk.say("both of them")
    for order in ("placed", "also_placed"):
        assert "Shall I" in talk.text
        assert person.orders[order] in talk.last["messages"][-1]["text"]
        talk.say("yes")
    assert front.effects(person) == ["cancel_order", "cancel_order"]


def test_another_orders_status_beside_a_proposal_changes_nothing_of_it(front: Front, meet: Meet) -> None:
    person, talk = meet("damaged", "moving")
    talk.say("I'd like 20 euros back for {damaged}".format(**person.orders))
    talk.say("and where is {moving}?".format(**person.orders))
    (told,) = [one["text"] for one in talk.last["messages"] if person.orders["moving"] in one["text"]]
    assert person.orders["damaged"] not in told
    assert "20.00 EUR" in talk.last["messages"][-1]["text"]
    talk.say("make it 30")
    assert "{damaged}".format(**person.orders) in talk.text
    talk.say("yes")
    assert front.effects(person) == ["refund"]
    assert "30.00 EUR" in talk.text
    assert "{damaged}".format(**person.orders) in talk.text


@pytest.mark.parametrize("words", ["where is {moving}?", "where is {moving}"])
def test_another_orders_status_beside_a_question_leads_back_to_it(front: Front, meet: Meet, words: str) -> None:
    person, talk = meet("placed", "moving")
    talk.say("change the address of {placed}".format(**person.orders))
    talk.say(words.format(**person.orders))
    assert any(person.orders["moving"] in one["text"] for one in talk.last["messages"][:-1])
    assert "Where should order {placed}".format(**person.orders) in talk.last["messages"][-1]["text"]
    talk.say("Lindenweg 14, 79100 Freiburg")
    assert person.orders["placed"] in talk.text
    assert person.orders["moving"] not in talk.text
    talk.say("yes")
    assert front.effects(person) == ["change_address"]


@pytest.mark.parametrize("words", ["send it again", "please send me a new one"])
def test_send_it_again_is_a_report_that_asks_for_a_new_one(front: Front, meet: Meet, words: str) -> None:
    person, talk = meet("lost")
    talk.say("where is {lost}?".format(**person.orders))
    talk.say(words)
    assert talk.last["operations"][-1]["summary"] == "Report order {lost} as missing".format(**person.orders)
    talk.say("yes")
    assert front.effects(person) == ["report_problem"]
    with front.shop.engine.connect() as connection:
        kept = connection.execute(
            sa.select(tables.cases.c.details).where(tables.cases.c.order_id == person.orders["lost"])
        )
        assert [details["note"] for details in kept.scalars()] == ["The customer wants a new one."]


def test_when_a_call_is_wished_for_stands_in_the_note(meet: Meet) -> None:
    _, talk = meet("placed")
    talk.say("I want to talk to a person, call me on Tuesday at 3")
    (directive,) = [one for one in talk.last["directives"] if one["directive"] == "handoff"]
    assert "call me on Tuesday at 3" in directive["note"]
