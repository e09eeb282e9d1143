from __future__ import annotations

import pytest

from bot.triage.requests import abuse_score, asks_for_person, weighty_matter

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a person",
        "can I speak to someone please",
        "AGENT",
        "human please",
        "Please connect me with a real human being",
        "let me talk to your manager",
        "transfer me to customer service",
        "put me through to a colleague",
        "I don't want to talk to a bot, I want a human",
        "enough of this robot, get me a person",
        "a person, not a machine",
        "is there anyone I can talk to",
        "are there any humans there?",
        "can someone from your team call me",
        "escalate this",
        "I need to speak with a supervisor right now",
        "hi, where is my order? actually, let me speak to an agent",
        "can i please just talk to a real person",
        "I'd like to chat with a member of staff",
        "get me a manager",
        "representative",
        "live agent now",
        "I'd rather have a human",
    ],
)
def test_a_wish_for_a_person_is_seen(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order?",
        "I spoke to an agent yesterday and they said it was sent",
        "your agent told me it would arrive today",
        "I don't want to talk to a person",
        "I'd rather not speak to an agent, just tell me here",
        "do you have a tent for four people?",
        "a two person tent",
        "the delivery person left it outside",
        "someone signed for my parcel",
        "can I return this?",
        "how do I contact the carrier?",
        "the customer service was good",
        "thanks, you people are great",
        "is the sleeping bag made for tall people?",
        "what does the human body need at minus ten",
        "hello",
        "",
    ],
)
def test_speaking_of_people_is_no_wish(text: str) -> None:
    assert asks_for_person(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my stove exploded and burned my hand", "safety"),
        ("the canister is leaking gas in my kitchen", "safety"),
        ("the gas is leaking, what should I do?", "safety"),
        ("My stove leaks.", "safety"),
        ("the gas canister is leaking in my kitchen", "safety"),
        ("canister won't stop leaking", "safety"),
        ("the battery is swollen", "safety"),
        ("the stove hisses and smells weird", "safety"),
        ("our new camping stove is leaking", "safety"),
        ("my son was injured by the tent pole", "safety"),
        ("the harness snapped while I was climbing", "safety"),
        ("I will take you to court", "legal"),
        ("my lawyer will write to you", "legal"),
        ("there is an order I never made, my account was hacked", "legal"),
        ("my husband passed away and I need to cancel his order", "vulnerable"),
        ("I want to die", "vulnerable"),
    ],
)
def test_weighty_matters(text: str, kind: str) -> None:
    matter = weighty_matter(text)
    assert matter is not None
    assert matter.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "is it safe to use a stove inside a tent?",
        "can a gas canister explode?",
        "is it normal that the stove hisses?",
        "what should I do if a canister leaks?",
        "what should I do to prevent it from catching fire?",
        "what fuel does this stove burn?",
        "is the fire pit in stock",
        "can I cut the mat to size?",
        "this pack is killer, I almost bought two",
        "my old jacket died, I need a new one",
    ],
)
def test_questions_and_idioms_are_none(text: str) -> None:
    assert weighty_matter(text) is None


@pytest.mark.parametrize("text", ["fuck you", "you stupid bot", "you're such an idiot", "shut up", "I'll kill you"])
def test_abuse(text: str) -> None:
    assert abuse_score(text) >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "this is fucking great",
        "what a stupid mistake I made",
        "damn, it broke",
        "the zip is crap",
        "bloody hell that was fast",
    ],
)
def test_swearing_at_a_thing_is_no_abuse(text: str) -> None:
    assert abuse_score(text) < 0.6
