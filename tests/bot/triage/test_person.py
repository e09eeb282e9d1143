from __future__ import annotations

import pytest

from bot.triage.requests import asks_for_person, weighty_matter

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "can a human help me",
        "I'd rather deal with a person",
        "may I talk to one of your colleagues",
        "could I have a word with someone",
        "please pass this on to a colleague",
        "i need 2 speak 2 a huamn",
        "talk to agnet",
        "can i be put through to the manager",
        "I don't want to talk to a machine",
        "no bots please",
        "who can I talk to about this?",
        "I'd like to speak to whoever is in charge",
        "escalate",
        "I want this handled by a person",
        "Ich möchte mit einem Menschen sprechen",
        "je voudrais parler à un conseiller",
        "quiero hablar con una persona",
        "vorrei parlare con un operatore",
        "ik wil met een medewerker spreken",
        "chcę rozmawiać z konsultantem",
        "gerçek bir insanla konuşmak istiyorum",
    ],
)
def test_a_person_is_asked_for_in_many_words(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "am I talking to a human?",
        "is there a real person typing",
        "do I need to speak to someone to change it?",
        "please book a table for two people",
        "Are there any that serve vegetarian food?",
        "is there one that has wifi",
        "can I bring another person",
        "I need a hotel with friendly staff",
        "can I get the manager's name",
        "can I wash it in the machine",
        "I would like a copy of the data you hold on me",
        "when will your colleague decide",
    ],
)
def test_people_who_are_only_mentioned_are_not_asked_for(text: str) -> None:
    assert asks_for_person(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the stove started smoking and burnt my hand", "safety"),
        ("the carabiner opened while I was climbing", "safety"),
        ("there are orders in my name that I didn't place", "legal"),
        ("I can see another customer's address in my account", "legal"),
        ("my mum died last week and the parcel was for her", "vulnerable"),
        ("my ex must not know my new address", "vulnerable"),
    ],
)
def test_weighty_matters(text: str, kind: str) -> None:
    matter = weighty_matter(text)
    assert matter is not None
    assert matter.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "I need a taxi to the hospital at four, I'm visiting a friend.",
        "Could you give me the number of the police station?",
        "How can I get another card?",
        "Please roll a 10 sided die",
        "My late husband loved this tent",
    ],
)
def test_places_and_things_are_no_matters(text: str) -> None:
    assert weighty_matter(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "is there anyone I could ring",
        "this needs somebody with authority",
        "not you, somebody real",
        "can your manager call me",
        "i wnat to tlak to a persn",
        "get me off this bot",
        "sum1 real plz",
        "can we do this on the phone with one of your lot instead",
        "je veux parler à quelqu'un",
        "Escalate it please",
    ],
)
def test_oblique_and_misspelt_requests(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "the delivery person left it at number 9",
        "can I collect it in person",
        "somebody stole my bike, which lock do you recommend",
        "is there a staff discount",
        "put me on the waiting list",
        "would you book it for the same group of people please",
        "I called the courier and he said tomorrow",
        "no human could carry this pack",
    ],
)
def test_people_in_other_business(text: str) -> None:
    assert asks_for_person(text) is None
