from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.triage.decide import Seen, decide, rephrased
from bot.triage.thresholds import FILE, parse, shipped

pytestmark = pytest.mark.unit

LIMITS = shipped()


def turn(text: str = "where is my order", intent: str = "order_status", **more: object) -> Seen:
    return replace(Seen(text=text, intent=intent, confidence=0.9), **more)  # type: ignore[arg-type]


def lost(text: str = "blub", **more: object) -> Seen:
    return turn(text, "out_of_scope", **{"rejected": True, "fallback": True, **more})


def verdict(*turns: Seen) -> tuple[str, str]:
    decision = decide(turns, LIMITS)
    return decision.decision, decision.rule


def test_a_plain_question_goes_on() -> None:
    assert verdict(turn()) == ("continue", "none")


def test_an_explicit_request_wins_over_everything() -> None:
    everything = turn(
        "a person!",
        "talk_to_person",
        person="a person",
        frustration=0.99,
        abuse=1.0,
        matter=("safety", "fire"),
        language="de",
    )
    decision = decide([lost(), lost(), everything], LIMITS)
    assert (decision.decision, decision.reason) == ("hand_over", "explicit_request")
    assert decision.evidence[0].text == "a person"


def test_the_intent_alone_is_enough_when_it_is_sure() -> None:
    assert verdict(turn("pls some1 of urs", "talk_to_person"))[0] == "hand_over"
    assert verdict(turn("pls", "talk_to_person", confidence=0.2)) == ("offer", "person_guessed")


def test_yes_after_an_offer_is_an_explicit_request() -> None:
    assert verdict(lost(offered=True), turn("yes", "affirm")) == ("hand_over", "explicit_request")
    assert verdict(lost(), turn("yes", "affirm"))[0] == "continue"
    assert verdict(lost(offered=True), turn("no", "deny"))[0] == "continue"


@pytest.mark.parametrize("kind", ["safety", "legal", "vulnerable"])
def test_weighty_matters_reach_a_senior(kind: str) -> None:
    decision = decide([turn(matter=(kind, "words"))], LIMITS)
    assert (decision.decision, decision.reason, decision.rule) == ("hand_over", "safety", f"{kind}_matter")


@pytest.mark.parametrize(
    ("kind", "text", "about"),
    [
        ("safety", "the stove exploded", "safety"),
        ("legal", "you will hear from my lawyer", "legal"),
        ("vulnerable", "my father died last week", "bereavement"),
        ("vulnerable", "I feel very low", "vulnerable"),
    ],
)
def test_a_decision_names_the_matter_for_its_words(kind: str, text: str, about: str) -> None:
    assert decide([turn(text, matter=(kind, text))], LIMITS).about == about
    asked = decide([turn(text, matter=(kind, text), person="a person")], LIMITS)
    assert (asked.rule, asked.about) == ("explicit_request", about)
    assert kind in [ground.kind for ground in asked.evidence], "who takes over reads of the matter too"


def test_other_decisions_are_about_no_grave_matter() -> None:
    assert decide([turn(frustration=0.95)], LIMITS).about is None


def test_strong_frustration_hands_over_at_once() -> None:
    assert verdict(turn(frustration=0.95)) == ("hand_over", "frustration")


def test_rising_frustration_is_offered_a_person_once() -> None:
    rising = (LIMITS.frustration_offer + LIMITS.frustration_hand_over) / 2
    assert verdict(turn(frustration=rising)) == ("offer", "frustration_rising")
    assert verdict(turn("x y z", "ask_howto", offered=True), turn(frustration=rising))[1] != "frustration_rising"


def test_frustration_adds_up_over_turns() -> None:
    calm = decide([turn(frustration=0.4)], LIMITS).frustration
    again = decide([turn(frustration=0.5), turn("where is the thing", frustration=0.4)], LIMITS).frustration
    assert again > calm


def test_saying_it_again_in_other_words_weighs() -> None:
    first, second = turn("when does my blue tent arrive"), turn("when does my tent finally arrive, the blue one")
    assert rephrased(first, second)
    decision = decide([first, replace(second, frustration=0.3)], LIMITS)
    assert "rephrased" in [ground.kind for ground in decision.evidence]


def test_two_orders_are_two_wishes() -> None:
    assert not rephrased(turn("where is my order A-1042 please"), turn("where is my order A-1057 please then"))


@pytest.mark.parametrize("intent", ["affirm", "thanks", "greet", "inform"])
def test_small_talk_after_trouble_is_not_trouble(intent: str) -> None:
    assert verdict(lost(), turn("ok", intent, frustration=0.1)) == ("continue", "none")


def test_a_correction_is_not_frustration() -> None:
    assert verdict(turn(), turn("no, the other order", "inform", frustration=0.15))[0] == "continue"


def test_not_understood_once_twice_thrice() -> None:
    assert verdict(lost("first thing"))[0] == "continue"
    assert verdict(lost("first thing"), lost("other words")) == ("offer", "not_understood_twice")
    assert verdict(lost("first thing"), lost("other words", offered=True), lost("third try"))[0] == "hand_over"


def test_understanding_in_between_forgives() -> None:
    assert verdict(lost("first thing"), turn(), lost("other words"))[0] == "continue"


def test_not_solved_is_offered_then_handed_over() -> None:
    unsolved = turn("that did not help", "solved_no")
    assert verdict(unsolved) == ("offer", "not_solved")
    assert verdict(replace(unsolved, offered=True), turn(), unsolved) == ("hand_over", "not_solved_again")


def test_abuse_meets_a_boundary_not_a_queue() -> None:
    rude = turn("you idiot", "complain", abuse=0.9, frustration=0.99)
    assert verdict(rude) == ("boundary", "abuse")
    assert verdict(replace(rude, bounded=True), rude) == ("offer", "abuse_repeated")


def test_another_language_is_offered_a_person() -> None:
    assert verdict(turn("wo ist mein paket", language="de")) == ("offer", "other_language")
    assert (
        verdict(turn("wo ist mein paket", language="de", offered=True), turn("ich verstehe nicht", language="de"))[0]
        == "hand_over"
    )


def test_a_form_that_does_not_fill() -> None:
    stuck = [lost(f"try {number}", in_form=True, fallback=True) for number in ["one", "two", "three", "four"]]
    assert verdict(*stuck)[0] in {"offer", "hand_over"}


def test_three_answers_that_do_not_fill_are_offered_a_person() -> None:
    answers = [turn("Lindenweg 14 Freiburg", "inform", in_form=True, same_question=tries) for tries in (1, 2, 3)]
    assert verdict(*answers[:2])[0] == "continue"
    assert verdict(*answers) == ("offer", "complexity")


def test_a_no_to_a_proposal_is_no_failure() -> None:
    said = [
        ("cancel order A-1042", "cancel_order"),
        ("nope", "deny"),
        ("return A-1066", "return_item"),
        ("nope", "deny"),
    ]
    assert verdict(*(turn(text, intent) for text, intent in said))[0] == "continue"


def test_a_yes_belongs_to_the_last_question() -> None:
    offered = turn("I want to complain about the driver", "complain", offered=True)
    assert verdict(offered, turn("yes", "affirm")) == ("hand_over", "explicit_request")
    assert verdict(replace(offered, overtaken=True), turn("yes", "affirm"))[0] == "continue"


def test_signs_without_a_word_are_no_mood() -> None:
    assert verdict(turn(), turn("??", "out_of_scope", frustration=0.97))[0] == "continue"


def test_a_button_is_no_mood() -> None:
    assert verdict(turn("", "deny", written=False, language="de", frustration=0.0))[0] == "continue"


def test_evidence_names_words_and_message() -> None:
    decision = decide([turn("useless", frustration=0.9, cues=(("unhelpful", "useless", 1.2),), seq=7)], LIMITS)
    assert [(ground.kind, ground.text, ground.seq) for ground in decision.evidence] == [("unhelpful", "useless", 7)]


def test_scores_stay_between_0_and_1() -> None:
    worst = lost("x " * 200 + "???", frustration=1.0, abuse=1.0, tool_failed=True)
    decision = decide([worst] * 8, LIMITS)
    for score in (decision.frustration, decision.complexity, decision.abuse):
        assert 0 <= score <= 1


def test_thresholds_are_strict() -> None:
    data = json.loads(FILE.read_text())
    with pytest.raises(ValueError, match="surprise"):
        parse({**data, "surprise": 1})
    del data["frustration_offer"]
    with pytest.raises(ValueError, match="frustration_offer"):
        parse(data)


def test_a_second_failure_of_the_same_kind_is_the_last() -> None:
    broken = turn("cancel it", tool_failed=True)
    assert verdict(broken, broken, turn("try once more")) == ("hand_over", "failed_again")
    assert verdict(broken, broken, turn("thanks", "thanks"))[0] == "continue"


def test_matters_that_contradict_each_other_are_no_bots_business() -> None:
    tangled = turn(
        "The app says delivered, the courier says lost, your mail says cancelled, and I was charged for A-1001, A-1002 "
        "and A-1003 and want a refund for one, a new address for another and my voucher back?"
    )
    assert verdict(tangled) == ("hand_over", "complexity_high")


def test_a_yes_in_their_language_accepts_the_offer() -> None:
    german = turn("Wo ist mein Paket", "out_of_scope", language="de", offered=True)
    assert verdict(german, turn("ja bitte", "out_of_scope")) == ("hand_over", "explicit_request")


def test_the_intent_without_a_word_for_a_person_is_not_enough() -> None:
    guessed = turn("I would like that at nine", "talk_to_person", confidence=0.95)
    assert verdict(guessed) == ("offer", "person_guessed")
    assert verdict(replace(guessed, text="somebody of yours at nine")) == ("hand_over", "explicit_request")


def test_a_guessed_wish_for_a_person_is_offered_one_and_then_heard_with_its_words() -> None:
    guessed = turn("I would like that at nine", "talk_to_person", confidence=0.95, seq=3)
    again = decide([replace(guessed, offered=True), guessed], LIMITS)
    assert (again.decision, again.rule, again.reason) == ("hand_over", "person_guessed", "explicit_request")
    first = again.evidence[0]
    assert (first.kind, first.text, first.seq) == ("person_guessed", "I would like that at nine", 3)
    assert verdict(replace(guessed, frustration=0.8)) == ("offer", "person_guessed")
    assert verdict(replace(guessed, language="de"))[1] != "person_guessed", "of another language nothing is read"


def test_three_tries_that_the_customer_says_did_not_help() -> None:
    start, first = turn("send me the code"), turn("no code here", "inform")
    assert verdict(start, first)[0] == "continue"
    assert verdict(start, first, turn("still no code", "inform")) == ("hand_over", "failed_again")
    assert verdict(start, first, turn("ah, there it is", "inform"))[0] == "continue"


def test_a_favour_is_for_a_person() -> None:
    decision = decide([turn("can you make an exception for once", "ask_howto")], LIMITS)
    assert (decision.decision, decision.rule, decision.reason) == ("hand_over", "beyond_rules", "policy_limit")


def test_records_that_contradict_each_other_are_handed_over_at_once() -> None:
    assert verdict(turn("the courier says returned, your site says delivered")) == ("hand_over", "complexity_high")
