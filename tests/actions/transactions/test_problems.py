"""What went wrong is read from the words; in doubt nothing is."""

from __future__ import annotations

import pytest

from actions.transactions.problems import read_problem

pytestmark = pytest.mark.unit

TOLD = {
    "damaged": [
        "my jacket has a hole in it",
        "the sole came off",
        "it's faulty",
        "the zip won't close",
        "arrived in pieces",
        "the stove isn't working",
        "there\u2019s a stain on the sleeve",
        "it broke on day one",
    ],
    "missing": [
        "it never arrived",
        "never",
        "it was never delivered",
        "my parcel was stolen",
        "it says delivered but nothing is here",
        "it hasn't come",
        "no trace of it",
    ],
    "wrong": [
        "blue instead of red",
        "you sent another size",
        "that's not the one",
        "the wrong boots",
        "I got a red one instead of the blue one",
        "it came in black instead of green",
        "another model arrived",
        "it's a mug instead of a cup",
    ],
    "late": ["it's late", "still waiting for it"],
    "own_choice": ["I ordered the wrong size", "my own mistake"],
    "part": ["one of the socks is missing", "only one came"],
}


@pytest.mark.parametrize(("problem", "text"), [(each, text) for each, texts in TOLD.items() for text in texts])
def test_it_is_read_from_the_words(problem: str, text: str) -> None:
    assert read_problem("", text) == problem


@pytest.mark.parametrize("text", [
    "they never fit", "I've lost patience", "there is a problem with my order", "",
    "I'd like to send it back and take another size", "can I get another colour",
    "I want a refund instead of a voucher",
    "it's too small, I need another size", "could you send me the blue instead of the red one",
])  # fmt: skip
def test_in_doubt_nothing_is_read(text: str) -> None:
    assert read_problem("", text) is None


def test_what_was_chosen_counts_more() -> None:
    assert read_problem("Damaged", "it never came") == "damaged"
