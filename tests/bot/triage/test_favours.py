from __future__ import annotations

import pytest

from bot.triage.favours import asks_favour

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Can you make an Exception for me?", "make an Exception"),
        ("I know you normally don't ship to Brazil", "I know you normally don't ship"),
        ("could we get 20 % off if we order thirty", "could we get 20 % off"),
        ("would you waive the return fee", "waive the"),
    ],
)
def test_a_wish_beyond_the_rules_is_shown_as_it_was_written(text: str, shown: str) -> None:
    assert asks_favour(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "is there a discount for students?",
        "can I get 10 % off with the newsletter code",
        "what is your policy on late returns",
        "no exceptions in the terms I hope",
    ],
)
def test_a_question_about_the_rules_is_none(text: str) -> None:
    assert asks_favour(text) is None
