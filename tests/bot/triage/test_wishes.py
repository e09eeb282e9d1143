"""Patterns and the learnt reading decide together: either may be sure, and the learnt one may speak against a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.decide import decide
from bot.triage.requests import asks_for_person, wants_no_person
from bot.triage.seen import Seen, read
from bot.triage.thresholds import shipped
from bot.triage.wishes import KINDS

pytestmark = pytest.mark.unit

LIMITS = shipped()
PLAIN = Seen("could you look at this", "order_status", 0.9)
RULES = {
    "person": "explicit_request",
    "safety": "safety_matter",
    "legal": "legal_matter",
    "vulnerable": "vulnerable_matter",
    "favour": "beyond_rules",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_learnt_reading_decides_alone_where_it_is_sure(kind: str) -> None:
    sure, unsure = LIMITS.wish_alone[kind], LIMITS.wish_alone[kind] - 0.01
    decision = decide([replace(PLAIN, wishes={kind: sure})], LIMITS)
    assert (decision.decision, decision.rule) == ("hand_over", RULES[kind])
    assert decision.evidence[0].text == PLAIN.text
    assert decision.evidence[0].weight == sure
    assert decide([replace(PLAIN, wishes={kind: unsure})], LIMITS).decision == "continue"


def test_words_stand_unless_the_learnt_reading_speaks_against_them() -> None:
    least = LIMITS.wish_worded["person"]
    asked = replace(PLAIN, person="talk to someone")
    assert decide([replace(asked, wishes={"person": least})], LIMITS).rule == "explicit_request"
    assert decide([replace(asked, wishes={"person": least / 2})], LIMITS).decision == "continue"
    assert decide([asked], LIMITS).rule == "explicit_request", "without a learnt reading the words decide"


def test_a_matter_named_by_one_kind_and_read_as_another_is_still_a_matter() -> None:
    both = replace(PLAIN, matter=("legal", "police"), wishes={"legal": 0.0, "safety": 0.99})
    assert decide([both], LIMITS).rule == "safety_matter"


def test_each_kind_has_its_two_thresholds() -> None:
    assert set(LIMITS.wish_alone) == set(LIMITS.wish_worded) == set(KINDS)
    assert all(LIMITS.wish_worded[kind] < LIMITS.wish_alone[kind] for kind in KINDS)


def test_what_is_learnt_comes_from_the_record_of_the_turn() -> None:
    seen = Seen(**read("hello", {"triage": {"wishes": {"person": 0.4}}}))
    assert seen.wishes == {"person": 0.4}


def test_the_intent_needs_the_learnt_reading_beside_it() -> None:
    asked = Seen("a person at the desk may sign", "talk_to_person", 0.98)
    least = LIMITS.explicit_intent_learnt
    assert decide([replace(asked, wishes={"person": least})], LIMITS).rule == "explicit_request"
    assert decide([replace(asked, wishes={"person": least - 0.01})], LIMITS).rule == "person_guessed"


def test_who_wants_nobody_is_heard() -> None:
    assert wants_no_person("I don't want to talk to an agent, just tell me the status")
    assert not wants_no_person("I want to talk to an agent")


@pytest.mark.parametrize("text", [
    "are you an AI or a real person please", "tell me if you are a human or a computer", "talk to me in Spanish",
    "could we speak German with each other",
])  # fmt: skip
def test_who_writes_and_in_which_language_is_no_wish_for_a_person(text: str) -> None:
    assert asks_for_person(text) is None
    assert wants_no_person(text)


@pytest.mark.parametrize("text", ["are you a bot or can I talk to a human", "can I speak to someone in German"])
def test_a_wish_beside_it_still_is_one(text: str) -> None:
    assert asks_for_person(text)
    assert not wants_no_person(text)
