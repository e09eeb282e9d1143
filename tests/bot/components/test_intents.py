"""What is named alone is an answer; beside another word it is a message like any other."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.entities import RuleEntityExtractor
from bot.components.intents import only_names_something

pytestmark = pytest.mark.unit


def named(text: str) -> bool:
    [message] = RuleEntityExtractor().process([Message({TEXT: text})])
    return only_names_something(message, text)


@pytest.mark.parametrize(
    "text",
    ["A-1042", "it's A-1042", "order number A-1042 please", "sorry, I meant A-1042", "my mail is lena@mail.example"],
)
def test_an_answer(text: str) -> None:
    assert named(text)


@pytest.mark.parametrize(
    "text",
    [
        "A-1042 is broken",
        "A-1042 never came",
        "A-1042 wrong colour",
        "A-1042 charged twice",
        "cancel A-1042",
        "A-1042?",
    ],
)
def test_a_wish_that_names_its_order(text: str) -> None:
    assert not named(text)
