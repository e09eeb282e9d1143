"""What names another value than the proposed one, and what does not."""

from __future__ import annotations

import pytest

from bot.corrections import corrects

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("kind", "text", "intent"),
    [
        ("callback", "rather tuesday at 11", "out_of_scope"),
        ("callback", "no, in the afternoon", "deny"),
        ("callback", "11 would be better", "inform"),
        ("subscription", "hmm make it two", "out_of_scope"),
        ("subscription", "no, 3 months", "deny"),
        ("subscription", "the weekender instead", "inform"),
        ("subscription", "no, the day hiker", "deny"),
        ("callback", "can we make it Tuesday at 11?", "out_of_scope"),
        ("callback", "what about Tuesday?", "out_of_scope"),
        ("refund", "make it 30", "out_of_scope"),
        ("refund", "no, everything", "deny"),
        ("change_address", "no, number 16", "deny"),
        ("return_item", "and the wax too", "out_of_scope"),
        ("return_item", "no, just the wax", "deny"),
        ("update_profile", "no, it's Lind with a d", "deny"),
        ("report_problem", "no, it's the wrong item", "deny"),
    ],
)
def test_another_value_is_a_correction(kind: str, text: str, intent: str) -> None:
    assert corrects(kind, text, intent, 0.9, [], None, proposed=True)


@pytest.mark.parametrize(
    ("kind", "text", "intent"),
    [
        ("callback", "no", "deny"),
        ("callback", "no, not today", "deny"),
        ("callback", "actually no", "deny"),
        ("subscription", "no, don't pause it for 2 months", "deny"),
        ("subscription", "no, leave it", "deny"),
        ("refund", "no, keep the 20 euros", "deny"),
        ("change_address", "no, that's wrong", "deny"),
        ("return_item", "no, I'll keep it", "deny"),
        ("cancel_order", "rather not", "deny"),
        ("callback", "let me talk to somebody at 10", "talk_to_person"),
        ("callback", "where is my order from monday?", "order_status"),
        (None, "make it 30", "out_of_scope"),
        ("callback", "is that in the morning?", "out_of_scope"),
        ("refund", "does that include the 4.90 for delivery?", "out_of_scope"),
    ],
)
def test_a_refusal_and_another_wish_are_none(kind: str | None, text: str, intent: str) -> None:
    assert not corrects(kind, text, intent, 0.9, [], None, proposed=True)


def test_another_order_is_a_correction_and_the_same_is_none() -> None:
    assert corrects("cancel_order", "no, A-2031", "deny", 0.9, ["A-2031"], "A-2030", proposed=True)
    assert not corrects("cancel_order", "no, A-2030", "deny", 0.9, ["A-2030"], "A-2030", proposed=True)
    assert not corrects("subscription", "no, A-2030", "deny", 0.9, ["A-2030"], None, proposed=True)


@pytest.mark.parametrize("text", ["no, the other order", "not that one", "wrong order"])
def test_another_order_is_a_correction_before_anything_is_proposed(text: str) -> None:
    assert corrects("cancel_order", text, "cancel_order", 0.9, [], "A-2030", proposed=False)
    assert not corrects(None, text, "deny", 0.9, [], "A-2030", proposed=False)
    assert not corrects("callback", "rather Tuesday", "deny", 0.9, [], None, proposed=False)


def test_a_question_is_no_correction() -> None:
    assert not corrects("cancel_order", "is it not A-2031?", "deny", 0.9, ["A-2031"], "A-2030", proposed=True)
    assert not corrects("cancel_order", "was it the other order?", "deny", 0.9, [], "A-2030", proposed=True)
    assert corrects("cancel_order", "A-2031?", "inform", 0.9, ["A-2031"], "A-2030", proposed=True)
