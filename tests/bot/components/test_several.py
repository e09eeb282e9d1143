from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bot.components.intent_model import OUT_OF_SCOPE, Reading, Vectors
from bot.components.several import MOST, Request, Splitter
from bot.text import entities

pytestmark = pytest.mark.unit

WORDS = {
    "person": "talk_to_person",
    "yes": "affirm",
    "charged": "double_charge",
    "subscription": "subscription_change",
    "cancel": "cancel_order",
    "broken": "damaged_or_wrong_item",
    "money back": "refund_request",
    "locked": "unlock_account",
    "password": "password_reset",
    "invoice": "invoice_copy",
    "where": "order_status",
}
WISHES = set(WORDS.values()) - {"talk_to_person", "affirm"}


class ByWords:
    """Stands where the trained model is: the first word of the list that occurs decides."""

    def predict(self, text: str, vectors: Vectors) -> Reading:
        for word, intent in WORDS.items():
            if word in text.lower():
                return Reading([(intent, 0.9)], 0.9, 1.0, False)
        return Reading([(OUT_OF_SCOPE, 0.8)], 0.1, 0.0, True)


def requests(text: str, wishes: set[str] = WISHES) -> list[Request]:
    def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros((len(texts), 2)), np.zeros((len(texts), 2))

    found: list[dict[str, Any]] = [item._asdict() for item in entities.find(text)]
    model = ByWords()
    splitter = Splitter(model, wishes, encode)  # type: ignore[arg-type]
    whole = model.predict(text, Vectors(np.zeros(2), np.zeros(2)))
    return splitter.requests_in(text, whole, found)


def split(text: str, wishes: set[str] = WISHES) -> list[tuple[str, list[str]]]:
    return [(one.intent, [item["value"] for item in one.entities]) for one in requests(text, wishes)]


def test_two_wishes_come_apart_in_order_each_with_its_own_entities() -> None:
    assert split("cancel A-1042 and where is A-1057?") == [("cancel_order", ["A-1042"]), ("order_status", ["A-1057"])]


def test_three_wishes() -> None:
    found = split("Cancel A-1042. Send the invoice of A-1018. Where is A-1057?")
    assert [intent for intent, _ in found] == ["cancel_order", "invoice_copy", "order_status"]


def test_no_wish_is_swallowed_by_the_one_before_it() -> None:
    text = "Cancel A-1042. Where is A-1057? Send the invoice of A-1018. My password is wrong. Where is A-1060?"
    assert split(text) == [
        ("cancel_order", ["A-1042"]),
        ("order_status", ["A-1057"]),
        ("invoice_copy", ["A-1018"]),
        ("password_reset", []),
        ("order_status", ["A-1060"]),
    ]


def test_one_matter_stays_one_between_others() -> None:
    found = split("Cancel A-1042. I'm locked out. My password is wrong. Where is A-1057?")
    assert [intent for intent, _ in found] == ["cancel_order", "unlock_account", "order_status"]


def test_what_comes_after_the_most_is_kept_whole() -> None:
    asked = [("Cancel", "cancel_order"), ("Where is", "order_status")] * 5
    text = " ".join(f"{words} A-{1000 + number}." for number, (words, _) in enumerate(asked))
    *read, (rest, orders) = split(text)
    assert [intent for intent, _ in read] == [intent for _, intent in asked[:MOST]]
    assert (rest, orders) == (OUT_OF_SCOPE, ["A-1008", "A-1009"])


def test_every_order_of_one_wish_is_kept() -> None:
    named = [f"A-{1000 + number}" for number in range(11)]
    found = split(f"cancel {', '.join(named)} please")
    assert found == [*(("cancel_order", [each]) for each in named[:MOST]), (OUT_OF_SCOPE, named[MOST:])]
    assert requests("cancel A-1042 and A-1057 please")[1].text == "cancel A-1057 please"


def test_one_wish_for_several_orders() -> None:
    assert split("cancel A-1042 and A-1057") == [("cancel_order", ["A-1042"]), ("cancel_order", ["A-1057"])]
    assert split("cancel A-1042, not A-1057") == []


def test_a_trouble_and_its_remedy_are_one_unless_the_orders_differ() -> None:
    assert split("it came broken and I want my money back") == []
    assert split("I'm locked out and the password is wrong") == []
    found = split("A-1042 came broken and I want my money back for A-1057")
    assert [intent for intent, _ in found] == ["damaged_or_wrong_item", "refund_request"]


def test_a_charge_and_the_end_that_came_before_it_are_one() -> None:
    assert split("I ended the subscription and was charged again") == []


def test_the_model_reads_parts_without_their_slips() -> None:
    read: list[str] = []

    def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        read.extend(texts)
        return np.zeros((len(texts), 2)), np.zeros((len(texts), 2))

    plain = Splitter(ByWords(), WISHES, encode, lambda text: text.replace("cancle", "cancel"))  # type: ignore[arg-type]
    text = "cancle A-1042 and where is A-1057?"
    whole = ByWords().predict(text, Vectors(np.zeros(2), np.zeros(2)))
    found = plain.requests_in(text, whole, [item._asdict() for item in entities.find(text)])
    assert [request.intent for request in found] == ["cancel_order", "order_status"]
    assert found[0].text == "cancle A-1042"
    assert "cancel A-1042" in read


def test_an_answer_may_come_before_a_wish_but_not_for_a_comma() -> None:
    assert [intent for intent, _ in split("yes please. And where is my parcel?")] == ["affirm", "order_status"]
    assert split("yes, please cancel it") == []


@pytest.mark.parametrize(
    "text", ["cancel it and get me a person", "where is it", "blah and blub", "cancel it, it is a present", ""]
)
def test_all_else_is_one(text: str) -> None:
    assert split(text) == []


def test_only_named_intents_count() -> None:
    assert split("cancel A-1042 and where is A-1057?", {"cancel_order"}) == []
    assert split("cancel A-1042 and A-1057", set()) == []
