"""Every flow and every way out of it, against the real shop: what is said, and what has happened afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from actions.backend.faults import Fault
from handoff.storage import tables as handoff_tables
from tests.dialogues.conftest import Front, Meet, Person, Talk

pytestmark = pytest.mark.rasa


@dataclass(frozen=True)
class Flow:
    """``lines`` lead to a proposal; order names in braces. ``effect`` is what a yes brings about, ``done`` a word of
    the answer. ``like``: the demo's customer whose account is copied."""

    lines: Sequence[str]
    effect: str
    done: str
    orders: Sequence[str] = ("placed", "moving")
    like: str = "cus_mara"


FLOWS = {
    "cancel": Flow(["cancel order {placed}"], "cancel_order", "is cancelled"),
    "address": Flow(
        ["change the delivery address of {placed}", "Kanalstraße 81, 48147 Münster"], "change_address", "now goes to"
    ),
    "refund": Flow(["I want my money back for {lost}"], "refund_order", "on its way back", ("lost", "moving")),
    "return": Flow(["I'd like to return {delivered}", "everything"], "open_return", "return", ("delivered", "moving")),
    "damaged": Flow(["the parcel of order {damaged} arrived broken"], "report_problem", "", ("damaged", "moving")),
    "lost": Flow(["the parcel of order {lost} never arrived"], "report_problem", "", ("lost", "moving")),
    "double charge": Flow(["I was charged twice for {twice}"], "refund_double_charge", "", ("twice", "moving")),
    "invoice": Flow(["please send me the invoice of {moving}"], "send_invoice", "invoice", ("moving", "placed")),
    "password": Flow(["I forgot my password"], "reset_password", "link"),
    "subscription pause": Flow(["pause my subscription", "two months"], "", ""),
    "subscription end": Flow(["cancel my subscription"], "", ""),
    "unlock": Flow(["my account is locked, please unlock it"], "", "", like="cus_kit"),
}


def reach(flow: Flow, person: Person, talk: Talk) -> str:
    """To the proposal; its operation."""
    for line in flow.lines:
        talk.say(line.format(**person.orders))
    assert "confirm" in str([message["choices"] for message in talk.last["messages"]]), talk.text
    return str(talk.last["operations"][-1]["operation_id"])


def state(front: Front, operation_id: str) -> str:
    table = handoff_tables.operations
    with front.database.engine.connect() as connection:
        return str(connection.execute(sa.select(table.c.state).where(table.c.id == operation_id)).scalar_one())


@pytest.fixture(params=FLOWS)
def flow(request: pytest.FixtureRequest) -> Flow:
    return FLOWS[request.param]


@pytest.fixture
def begun(flow: Flow, meet: Meet) -> tuple[Person, Talk, str]:
    person, talk = meet(*flow.orders, like=flow.like)
    return person, talk, reach(flow, person, talk)


def test_a_yes_does_it_once_and_says_so(front: Front, flow: Flow, begun: tuple[Person, Talk, str]) -> None:
    person, talk, operation = begun
    talk.say("yes please")
    assert state(front, operation) == "verified"
    assert len(front.effects(person)) == 1
    assert flow.done in talk.text
    told = talk.text
    talk.say("is it done yet?")
    assert told.splitlines()[0] in talk.text
    talk.say("yes")
    assert len(front.effects(person)) == 1


def test_a_no_leaves_it(front: Front, begun: tuple[Person, Talk, str]) -> None:
    person, talk, _ = begun
    talk.say("no, leave it")
    assert talk.text
    talk.say("yes")
    assert front.effects(person) == []


def test_an_aside_is_answered_and_the_question_put_again(front: Front, begun: tuple[Person, Talk, str]) -> None:
    person, talk, operation = begun
    question = talk.last["messages"][-1]["text"]
    talk.say("how do I wash a down jacket?")
    assert "thirty degrees" in talk.text
    assert talk.last["messages"][-1]["text"].endswith(question)
    assert front.effects(person) == []
    talk.say("yes")
    assert state(front, operation) == "verified"


def test_after_an_aside_the_answer_is_still_awaited(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("change the delivery address of {placed}".format(**person.orders))
    talk.say("do you ship to Norway?")
    assert "thirty degrees" in talk.text
    assert talk.last["triage"]["requested_slot"] == "new_address"
    talk.say("Kanalstraße 81, 48147 Münster")
    talk.say("yes")
    assert front.effects(person) == ["change_address"]


def test_a_question_about_another_order_is_no_answer_to_which_one(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "also_placed", "moving")
    talk.say("cancel my order")
    talk.say("where is {moving}?".format(**person.orders))
    assert "is on its way" in talk.text
    other = front.talk(person)
    other.say("cancel my order")
    other.say("it's {also_placed}".format(**person.orders))
    assert "cancel order {also_placed}".format(**person.orders) in other.text


def test_another_wish_takes_its_place(front: Front, begun: tuple[Person, Talk, str]) -> None:
    person, talk, operation = begun
    talk.say("forget it, I want to send an invoice for my order to my boss, send me the invoice please")
    assert talk.text
    talk.say("start over")
    talk.say("yes")
    assert state(front, operation) == "intended"
    assert front.effects(person) == []


@pytest.mark.parametrize("words", ["start over", "bye"])
def test_a_yes_after_the_end_means_nothing(front: Front, begun: tuple[Person, Talk, str], words: str) -> None:
    person, talk, _ = begun
    talk.say(words)
    talk.say("yes")
    assert front.effects(person) == []
    assert talk.text


@pytest.mark.parametrize("words", ["thanks", "hello", "what can you do?", "asdf qwer", "are you a robot?"])
def test_whatever_comes_between_a_yes_has_its_question_before_it(
    front: Front, begun: tuple[Person, Talk, str], words: str
) -> None:
    _, talk, operation = begun
    question = talk.last["messages"][-1]
    talk.say(words)
    assert talk.last["messages"][-1]["text"].endswith(question["text"])
    assert {choice["label"] for choice in question["choices"]} <= set(talk.labels)
    talk.say("yes")
    assert state(front, operation) == "verified"


def test_what_only_looks_like_a_yes_to_the_classifier_begins_nothing(front: Front, meet: Meet) -> None:
    person, talk = meet("placed")
    talk.say("my card expired, I have a new one")
    talk.say("a" * 700)
    assert front.effects(person) == []
    assert "Shall I" in talk.text
    talk.say("yes")
    assert front.effects(person) == ["payment_method"]


@pytest.mark.parametrize("words", ["yeah right", "okay let me think", "I suppose so", "sure, go ahead and ruin my day"])
def test_only_a_plain_yes_begins_a_change(front: Front, meet: Meet, words: str) -> None:
    person, talk = meet("placed")
    talk.say("my card expired, I have a new one")
    talk.say(words)
    assert front.effects(person) == []
    assert "yes or no" in talk.text
    assert "Shall I" in talk.text
    talk.say("yes, go ahead please")
    assert front.effects(person) == ["payment_method"]


def test_a_person_takes_over_from_every_flow(begun: tuple[Person, Talk, str]) -> None:
    _, talk, _ = begun
    talk.say("I'd rather talk to a person")
    assert talk.handed_over == ["explicit_request"]


@pytest.mark.parametrize("kind", ["lost_write", "error"])
def test_a_failing_shop_never_reads_as_done(front: Front, begun: tuple[Person, Talk, str], kind: str) -> None:
    person, talk, operation = begun
    front.faults.always("apply", Fault(kind))  # type: ignore[arg-type]
    talk.say("yes")
    assert state(front, operation) in {"unknown", "failed"}
    assert talk.handed_over == ["tool_failure"]
    assert "Done" not in talk.text
    assert front.effects(person) == []


def test_a_lost_answer_is_read_back(front: Front, begun: tuple[Person, Talk, str]) -> None:
    person, talk, operation = begun
    front.faults.plan("apply", Fault("lost_answer"))
    talk.say("yes")
    assert state(front, operation) == "verified"
    assert len(front.effects(person)) == 1


def test_a_shop_that_is_away_brings_a_person(front: Front, flow: Flow, meet: Meet) -> None:
    person, talk = meet(*flow.orders, like=flow.like)
    for target in ("read", "preview"):
        front.faults.always(target, Fault("error"))  # type: ignore[arg-type]
    talk.say(flow.lines[0].format(**person.orders))
    assert talk.handed_over == ["tool_failure"]
    assert front.effects(person) == []


def test_another_order_is_a_correction(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "also_placed")
    talk.say("cancel {placed}".format(**person.orders))
    talk.say("no, the other order")
    assert person.orders["also_placed"] in talk.text
    talk.say("yes")
    assert person.orders["also_placed"] in talk.text
    assert len(front.effects(person)) == 1


def test_what_follows_a_never_mind_is_what_is_meant(front: Front, meet: Meet) -> None:
    person, talk = meet("moving")
    talk.say("where is {moving}?".format(**person.orders))  # ends in "did this solve it?"
    talk.say("never mind. how do I wash a down jacket?")
    assert "thirty degrees" in talk.text
    talk.say("thanks")
    talk.say("forget it, where is my order {moving}?".format(**person.orders))
    assert person.orders["moving"] in talk.text
    assert front.effects(person) == []


def test_a_never_mind_to_a_question_is_a_no_to_it(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("cancel {placed}".format(**person.orders))
    talk.say("never mind. where is {moving}?".format(**person.orders))
    assert person.orders["moving"] in talk.text
    assert front.effects(person) == []


def test_can_i_also_is_one_request(front: Front, meet: Meet) -> None:
    person, talk = meet("moving")
    talk.say("where is {moving}?".format(**person.orders))
    talk.say("can i also change the address on that order")
    assert "left our warehouse" in talk.text
    assert "settled" not in talk.text


def test_over_the_limit_a_person_decides(front: Front, meet: Meet) -> None:
    person, talk = meet("lost_dear")
    talk.say("I want my money back for {lost_dear}".format(**person.orders))
    operation = talk.last["operations"][-1]["operation_id"]
    assert talk.last["triage"]["decision"] == "approval"
    for words in ("yes", "no", "is it done yet?"):
        talk.say(words)
        assert "approval" in talk.text
        assert talk.handed_over == []
    front.approve(operation, "approved")
    talk.send("approval_decided", note=f"approved {operation}")
    assert front.effects(person) == []  # what was agreed to was taken back
    talk.say("yes")
    assert state(front, operation) == "verified"


def test_what_the_customer_agreed_to_is_done_when_a_person_approves(front: Front, meet: Meet) -> None:
    person, talk = meet("lost_dear")
    talk.say("I want my money back for {lost_dear}".format(**person.orders))
    operation = talk.last["operations"][-1]["operation_id"]
    talk.say("yes please")
    assert "nothing is sent" in talk.text
    talk.say("ok")
    talk.say("how do I wash a down jacket?")
    front.approve(operation, "approved")
    talk.send("approval_decided", note=f"approved {operation}")
    assert "approved it" in talk.text
    assert state(front, operation) == "verified"
    assert front.effects(person) == ["refund"]


def test_a_declined_approval_is_told_and_nothing_happens(front: Front, meet: Meet) -> None:
    person, talk = meet("lost_dear")
    talk.say("I want my money back for {lost_dear}".format(**person.orders))
    operation = talk.last["operations"][-1]["operation_id"]
    front.approve(operation, "declined")
    talk.send("approval_decided", note=f"declined {operation}")
    talk.say("yes")
    assert front.effects(person) == []


def test_two_requests_are_worked_off_one_after_the_other(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("cancel order {placed} and where is my order {moving}?".format(**person.orders))
    assert "one after the other" in talk.text.lower()
    assert person.orders["moving"] not in talk.text
    talk.say("how do I wash a down jacket?")  # an aside does not lose it
    talk.say("yes")
    assert len(talk.last["messages"]) == 2
    assert "is cancelled" in talk.last["messages"][0]["text"]
    assert "other" in talk.last["messages"][1]["text"]
    assert person.orders["moving"] in talk.last["messages"][1]["text"]
    assert front.effects(person) == ["cancel_order"]
    talk.say("thanks")
    assert person.orders["moving"] not in talk.text


def test_the_second_request_comes_after_a_no_too(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("cancel order {placed} and where is my order {moving}?".format(**person.orders))
    talk.say("no, keep it")
    assert person.orders["moving"] in talk.text
    assert front.effects(person) == []


def test_a_person_is_told_of_the_second_request(meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("cancel order {placed} and where is my order {moving}?".format(**person.orders))
    talk.say("let me talk to a human")
    (handoff,) = [one for one in talk.last["directives"] if one["directive"] == "handoff"]
    assert person.orders["moving"] in handoff["note"]


def test_start_over_forgets_the_second_request(meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("cancel order {placed} and where is my order {moving}?".format(**person.orders))
    talk.say("start over")
    talk.say("thanks")
    assert person.orders["moving"] not in talk.text


def test_what_was_asked_again_meanwhile_is_not_told_twice(meet: Meet) -> None:
    person, talk = meet("placed", "moving")
    talk.say("cancel order {placed} and where is my order {moving}?".format(**person.orders))
    talk.say("where is my order {moving}?".format(**person.orders))
    assert person.orders["moving"] in talk.text
    talk.say("yes")
    assert person.orders["moving"] not in talk.text


def test_who_needs_a_moment_declines_nothing(front: Front, meet: Meet) -> None:
    person, talk = meet("placed")
    talk.say("cancel {placed}".format(**person.orders))
    talk.say("hang on")
    assert "Shall I" in talk.text
    talk.say("yes")
    assert front.effects(person) == ["cancel_order"]


@pytest.mark.parametrize("yes", ["yes plz thank u", "sure thing", "yes cancel the order", "Yes, cancel it for me"])
def test_a_yes_in_its_own_words_is_one(front: Front, meet: Meet, yes: str) -> None:
    person, talk = meet("placed")
    talk.say("cancel {placed}".format(**person.orders))
    talk.say(yes)
    assert front.effects(person) == ["cancel_order"]


def test_a_yes_to_another_thing_than_was_offered_does_nothing(front: Front, meet: Meet) -> None:
    person, talk = meet("twice")
    talk.say("I was charged twice for {twice}".format(**person.orders))
    talk.say("yes, change the address")
    assert front.effects(person) == []


def test_after_a_complaint_a_yes_still_belongs_to_the_proposal(front: Front, meet: Meet) -> None:
    person, talk = meet("placed")
    talk.say("cancel {placed}".format(**person.orders))
    talk.say("I want to complain about the driver")
    talk.say("yes")
    assert front.effects(person) == ["cancel_order"]


@pytest.mark.parametrize("wrong", ["is broken", "has the wrong colour"])
def test_an_order_and_what_is_wrong_with_it_is_a_wish(meet: Meet, wrong: str) -> None:
    person, talk = meet("damaged")
    talk.say(f"{person.orders['damaged']} {wrong}")
    assert "report" in talk.text.lower()


def test_a_refusal_that_asks_waits_for_its_answer(meet: Meet) -> None:
    person, talk = meet("moving", "delivered")
    talk.say("I was charged twice")
    assert "Which one" in talk.text
    talk.say("{moving}".format(**person.orders))
    assert "charged once" in talk.text  # and not where the parcel is


def test_a_pause_that_is_too_long_may_be_shortened(front: Front, meet: Meet) -> None:
    _, talk = meet("placed")
    talk.say("pause my subscription")
    talk.say("5 months")
    assert "1, 2 or 3 months" in talk.text
    talk.say("2 months then")
    operation = talk.last["operations"][-1]["operation_id"]
    talk.say("yes")
    assert state(front, operation) in {"done", "verified"}


def test_an_insult_is_met_by_one_sentence(meet: Meet) -> None:
    _, talk = meet("placed")
    talk.say("you bloody idiots")
    assert talk.last["triage"]["decision"] == "boundary"
    assert len(talk.last["messages"]) == 1


def test_an_answer_that_does_not_fill_shows_the_way_out(meet: Meet) -> None:
    person, talk = meet("placed")
    talk.say("change the address of {placed}".format(**person.orders))
    talk.say("Lindenweg 14 Freiburg")
    assert "/talk_to_person" in str(talk.last["messages"])
    talk.say("Lindenweg 14, Freiburg")
    talk.say("Lindenweg 14 in Freiburg")
    assert talk.last["triage"]["decision"] == "offer"


@pytest.mark.parametrize("line", ["where is {theirs}?", "cancel {theirs}", "refund {theirs}", "invoice for {theirs}"])
def test_anothers_order_is_not_found(front: Front, meet: Meet, line: str) -> None:
    _, talk = meet("delivered")
    theirs = front.person("placed")
    talk.say(line.format(theirs=theirs.orders["placed"]))
    assert "Alm fleece" not in talk.text
    talk.say("yes")
    assert front.effects(theirs) == []


def test_a_choice_may_be_typed(front: Front, meet: Meet) -> None:
    person, talk = meet("placed", "also_placed")
    talk.say("cancel my order")
    talk.say("the second one")
    talk.say("Yes, cancel it")
    assert len(front.effects(person)) == 1


def test_a_yes_to_an_offer_does_what_was_offered(meet: Meet) -> None:
    person, talk = meet("lost")
    talk.say("where is my order {lost}?".format(**person.orders))
    talk.say("yes")
    assert "confirm_operation" in str(talk.last["messages"])


def test_after_a_colleague_had_it_the_old_question_is_closed(front: Front, meet: Meet) -> None:
    """A turn of the system between the proposal and the yes: the yes has no question before it any more."""
    person, talk = meet("placed")
    talk.say("cancel {placed}".format(**person.orders))
    talk.send("handed_back", note="has been helped")
    talk.say("yes")
    assert front.effects(person) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("my husband died last week and I need to stop his order", "loss"),
        ("I don't want to live any more", "crisis line"),
        ("I want to kill myself, let me talk to somebody", "crisis line"),
        ("you will hear from my lawyer", "senior colleague"),
        ("I haven't eaten for two days, I need that refund", "what can be done"),
        ("my ex-husband is stalking me, take my address off the order", "trusting us"),
        ("the stove exploded and burned my hand", "hurt or in danger"),
    ],
)
def test_a_grave_matter_meets_words_of_its_own(meet: Meet, line: str, word: str) -> None:
    _, talk = meet("placed")
    talk.say(line)
    assert len(talk.handed_over) == 1
    assert word in talk.text
    assert ("hurt" in talk.text) == ("stove" in line), "words for injuries stay with injuries"


def test_mocking_thanks_are_met_as_a_complaint(meet: Meet) -> None:
    _, talk = meet("delivered")
    talk.say("thanks a lot, that was useless")
    assert talk.last["triage"]["intent"] == "complain"
    assert "welcome" not in talk.text


def test_what_went_wrong_is_not_asked_for_again_where_money_is_wanted(front: Front, meet: Meet) -> None:
    person, talk = meet("just_delivered", "moving")
    talk.say("It came broken and I want my money back")
    assert "report the damage of order {just_delivered}".format(**person.orders) in talk.text
    talk.say("yes")
    assert front.effects(person) == ["report_problem"]


def test_a_part_of_the_money_may_be_asked_for(front: Front, meet: Meet) -> None:
    person, talk = meet("damaged")
    talk.say("I would like 20 euros back for the scratch on {damaged}".format(**person.orders))
    assert "20.00 EUR" in talk.text
    talk.say("yes please")
    assert front.effects(person) == ["refund"]
    assert "20.00 EUR" in talk.text
