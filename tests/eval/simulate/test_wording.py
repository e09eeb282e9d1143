"""Other words for the same message: the facts stay, or the message does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.simulate.scenario import Persona
from eval.simulate.wording import Wording, keeps

pytestmark = pytest.mark.unit
SAID = "please cancel order A-1057, I paid 20.00 EUR"


class Author:
    name = "told"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    async def reword(self, text: str, manner: str) -> str:
        return self.answer


@pytest.mark.parametrize("put", [
    "I paid 20.00 EUR. Could you call off A-1057?",
    "a-1057 needs to be cancelled please (20.00 euros paid)",
])  # fmt: skip
def test_the_same_facts_in_other_words_are_kept(put: str) -> None:
    assert keeps(SAID, put)


@pytest.mark.parametrize("put", [
    "", "cancel my order", "please cancel A-1058, I paid 20.00", "cancel A-1057, I paid 20.00, call 0171 2345",
    "/cancel A-1057 20.00", "cancel A-1057, mail me at a@b.example, 20.00", SAID + " really" * 40,
])  # fmt: skip
def test_other_facts_commands_and_essays_are_not(put: str) -> None:
    assert not keeps(SAID, put)


@given(st.text(min_size=1).filter(lambda text: text.strip() and not text.startswith("/")))
def test_a_message_keeps_itself(text: str) -> None:
    assert keeps(text, text)


async def test_what_is_sent_is_the_new_words_or_the_old() -> None:
    said = Wording(Author("would you cancel\n A-1057 for me? 20.00 EUR went out"))
    assert await said.of(SAID, Persona()) == "would you cancel A-1057 for me? 20.00 EUR went out"
    assert await said.of("where is my other order?", Persona()) == "where is my other order?"
    assert await said.of("A-1057", Persona()) == "A-1057"
    assert said.counts == {"reworded": 1, "kept: other facts": 1}
