"""What a customer wants done with a subscription, from their words: what they deny is never prepared."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Front

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("don't cancel my subscription, just pause it for 2 months", "Pause"),
        ("don’t cancel my subscription just pause it for 2 months", "Pause"),
        ("do not cancel, pause it for 1 month", "Pause"),
        ("instead of cancelling could you pause it for 2 months", "Pause"),
        ("I'd like to pause for 2 months rather than cancel", "Pause"),
        ("I wanted to cancel but a pause of 2 months is fine", "Pause"),
        ("cancel my plan", "Cancel"),
        ("I don't need it anymore please cancel it", "Cancel"),
        ("I no longer want the box so cancel it", "Cancel"),
        ("I don't want to cancel I want to pause it for 2 months", "Pause"),
        ("I don't want to pause it, cancel it", "Cancel"),
        ("please end my subscription", "Cancel"),
        ("please stop the box", "Cancel"),
        ("my box ends up at the neighbour's", None),
        ("please don't cancel my subscription", None),
        ("cancel or pause, which is better?", None),
        ("don't pause or cancel my box", None),
    ],
)
async def test_what_is_denied_is_not_prepared(front: Front, said: str, action: str | None) -> None:
    outcome = await front.run("action_prepare", said, "subscription_change")
    if action is None:
        assert outcome.operations == []
        assert "What shall I do with it?" in outcome.text
    else:
        assert outcome.operations[0]["summary"].startswith(f"{action} subscription")


async def test_a_choice_is_taken_back_by_a_no_to_it(front: Front) -> None:
    front.slots["subscription_action"] = "cancel"
    outcome = await front.run(
        "action_prepare", "no, don't cancel it", "subscription_change", subscription_action="cancel"
    )
    assert outcome.operations == []
