"""What is said while a code or an answer is awaited: time wanted, a new code, a wrong address. No model."""

from __future__ import annotations

import pytest

from bot import patience

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "one moment",
        "ok, one sec please",
        "Just a minute...",
        "hang on, I'm looking",
        "wait, let me check my mail",
        "I'm still looking for it",
        "hold on while I do that",
        "bear with me",
        "let me find the confirmation mail",
        "give me a few minutes please",
        "brb",
    ],
)
def test_time_is_wanted(text: str) -> None:
    assert patience.needs_a_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "wait, not that order",
        "hold on, that's the wrong one",
        "let me think",
        "I need to get my money back",
        "one moment ago I paid twice",
        "I'm looking for a tent",
        "let me check whether my refund is there",
        "how long do I have to wait",
        "",
    ],
)
def test_what_says_more_is_no_wish_for_time(text: str) -> None:
    assert not patience.needs_a_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "send me a new code",
        "the code expired",
        "can you resend the code please?",
        "new code please",
        "give me another one",
        "it says the code is invalid",
        "the code you sent doesn't work",
        "it has expired",
        "send it again",
    ],
)
def test_a_new_code_is_wanted(text: str) -> None:
    assert patience.wants_new_code("code", text)
    assert not patience.wants_new_code("item", text)


@pytest.mark.parametrize("text", ["ok", "one moment", "I did not get the code", "do you ship to Norway?", "thanks"])
def test_nothing_new_is_wanted(text: str) -> None:
    assert not patience.wants_new_code("code", text)


@pytest.mark.parametrize("text", ["wrong email", "I gave you the wrong address", "that mail address is not right"])
def test_the_address_was_wrong(text: str) -> None:
    assert patience.names_wrong_address("code", text)
    assert not patience.names_wrong_address("email", text)
