"""Who declines a person is not given one, and who asks for one with a "no" in the sentence is."""

from __future__ import annotations

import pytest

from bot.triage.declined import beside_declined, declines_only_a_person
from bot.triage.requests import asks_for_person, wants_no_person

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("text", [
    "I don't want an agent", "no human please, just tell me where my order is",
    "no agent, just tell me when it arrives", "please don't transfer me, where is my parcel?",
    "I do not want to talk to a person, I want to know where A-1042 is", "not a human, just the tracking link",
    "no need for a person, just send the invoice", "please no agents. where is my order",
    "don't connect me to anyone, just cancel it", "without an agent please: how do I return this",
    "don't give me a person, give me the answer", "stop offering me a colleague and just answer",
    "you don't have to get me an agent, I just need the invoice", "I would prefer not to speak to someone, just say",
    "I hate talking to people on the phone, can you just tell me where it is", "no representative needed, where is it",
    "never mind the agent, just tell me the status", "I dont want 2 talk to a human", "don't put me through to anybody",
    "I said I don't want a real person!!", "please do not escalate this, just refund me", "no thanks, no agent",
    "no, no agent please", "No, no human",
    "can we do this without a person?", "I want an answer, not a person", "no operator. order status A-1042",
])  # fmt: skip
def test_who_declines_a_person_asks_for_none(text: str) -> None:
    assert asks_for_person(text) is None
    assert wants_no_person(text)


@pytest.mark.parametrize("text", [
    "don't give me the bot, I want a person", "no bots please, a real person", "no more robots, get me an agent",
    "not you, a human", "why can't I talk to a person?", "I can't get through to an agent, get me one",
    "don't just tell me, get me an agent", "I do not want another bot answer, I need an agent",
    "no, human please", "no! agent!", "no human please", "no, no, agent please",
    "I don't care, put me through to someone",
    "I don't want to type, I want to talk to someone", "No agent has helped me so far, I want a manager",
    "I don't want an email, I want someone to call me", "nobody helps me, I want an agent",
    "why don't you get me an agent", "if you don't get me an agent I'll leave", "you never connect me to an agent",
    "don't you dare transfer me to another bot, human!", "I don't have time, get me an agent",
    "there's no human, please get me one", "I don't want to talk to an agent, I want the manager",
])  # fmt: skip
def test_who_says_no_to_something_else_still_asks_for_one(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize("text", [
    "no human ever answers here", "without a person this leads nowhere", "instead of a person I get a bot",
    "no agent, just bots everywhere", "is there no human I can talk to", "you can't do this without a human",
    "don't transfer me to another bot again", "why is there no agent", "don't put me on hold",
])  # fmt: skip
def test_a_complaint_that_nobody_is_there_declines_nobody(text: str) -> None:
    assert beside_declined(text) is None


@pytest.mark.parametrize(("text", "beside"), [
    ("i don't want an agent", ""),
    ("no agent please!", None),
    ("no human please, just tell me where it is", "tell me where it is"),
    ("where is it? please don't transfer me.", "where is it?"),
    ("i said i don't want a real person!!", ""),
    ("where is it", None),
])  # fmt: skip
def test_what_is_said_beside_it_is_what_is_answered(text: str, beside: str | None) -> None:
    assert beside_declined(text) == beside


@pytest.mark.parametrize(("text", "only"), [
    ("No, no agent please", True), ("no thanks, no agent", True), ("I don't want an agent!", True),
    ("no human please, just tell me where it is", False), ("no", False), ("no, human please", False),
])  # fmt: skip
def test_whether_that_is_all_that_was_said(text: str, only: bool) -> None:
    assert declines_only_a_person(text) == only
