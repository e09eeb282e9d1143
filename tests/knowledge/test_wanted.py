"""Questions that want a duration, and texts that state one."""

import pytest

from knowledge.wanted import states_duration, wants_duration

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "question",
    [
        "How quickly is the code sent?",
        "how soon do you repair it",
        "How long until it is there?",
        "how long does a refund take",
        "how many working days is that",
        "When will my money be back?",
    ],
)
def test_how_soon_wants_a_duration(question: str) -> None:
    assert wants_duration(question)


@pytest.mark.parametrize(
    "question",
    ["How long is a gift card valid?", "How long must my password be?", "When are you open?", "Can I return it?"],
)
def test_other_lengths_do_not(question: str) -> None:
    assert not wants_duration(question)


@pytest.mark.parametrize("text", ["within 15 minutes", "3–5 working days", "a week", "The money goes back at once."])
def test_durations(text: str) -> None:
    assert states_duration(text)


@pytest.mark.parametrize("text", ["The e-mail leaves at 8:00 on that day.", "No. They do not expire.", "Order A-1050"])
def test_hours_of_the_day_and_numbers_are_none(text: str) -> None:
    assert not states_duration(text)
