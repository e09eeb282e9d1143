from __future__ import annotations

import random

import pytest

from bot.text.clauses import MOST_CUTS, cuts, split_requests

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("cancel A-1042 and where is A-1057?", ["cancel A-1042", "where is A-1057?"]),
        ("Return the boots. Also, where is A-1057", ["Return the boots.", "where is A-1057"]),
        ("where's my refund? and send the bill too", ["where's my refund?", "send the bill too"]),
        ("cancel it + send the invoice", ["cancel it", "send the invoice"]),
        ("stop A-1042, then reset my password", ["stop A-1042", "reset my password"]),
        ("STATUS OF A-1018 AND SEND INVOICE", ["STATUS OF A-1018", "SEND INVOICE"]),
    ],
)
def test_a_joint_between_two_requests_is_found(text: str, parts: list[str]) -> None:
    assert split_requests(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "where is my order?",
        "hi, where is my order?",
        "Good morning! Where is my order, please? Thanks a lot.",
        "ship it to Lindenweg 3, 79100 Freiburg",
        "I paid 1,200.50 for it",
        "understand",
        "can i also change the address on that order",
        "could you please also send me the bill",
        "I'd also like to know where it is",
    ],
)
def test_greetings_addresses_and_amounts_are_no_joints(text: str) -> None:
    assert cuts(text) == []
    assert split_requests(text) == [text.strip()]


def test_cuts_lie_in_order_inside_the_text_and_nothing_but_the_joint_is_lost() -> None:
    chance = random.Random(3)
    pieces = ["where is A-1042", "and", ",", ".", "?", "also", "cancel", " ", "&", "hi", "\n", "é", "thanks", "1,5"]
    for _ in range(2000):
        text = " ".join(chance.choice(pieces) for _ in range(chance.randrange(12)))
        found = cuts(text)
        assert len(found) <= MOST_CUTS
        assert all(0 < cut.left <= cut.right < len(text) for cut in found)
        assert [cut.left for cut in found] == sorted({cut.left for cut in found})
        assert all(part in text for part in split_requests(text))
