from __future__ import annotations

import pytest

from bot.triage.attempts import denies, tells_of_failure, tries_again

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "Still no code in my inbox",
        "same error again",
        "the link does nothing",
        "It didn't work either",
        "that's about the poles, I mean the seams",
        "I asked whether the seams are sealed",
        "there is no such field",
    ],
)
def test_an_answer_that_did_not_help(text: str) -> None:
    assert tells_of_failure(text)


@pytest.mark.parametrize("text", ["where is my order", "thanks, that works", "no, the other order", "A-1042 please"])
def test_a_request_or_a_correction_is_no_failure(text: str) -> None:
    assert not tells_of_failure(text)


def test_trying_again_and_denying() -> None:
    assert tries_again("Once more please")
    assert not tries_again("cancel it")
    assert denies("did the soap test, NO bubbles")
    assert not denies("no thanks")
