"""The limit that stands beside a decision is the one that it was made by."""

from __future__ import annotations

import pytest

from bot.rule_limits import limit_of
from bot.triage.decide import Seen, decide
from bot.triage.thresholds import shipped

pytestmark = pytest.mark.unit


def test_the_score_of_a_rule_has_reached_its_limit() -> None:
    said = Seen(text="This is a disgrace", intent="complain", confidence=0.9, frustration=0.99)
    decision = decide([said], shipped())
    limit = limit_of(decision.rule, shipped())
    assert decision.rule == "frustration"
    assert limit == shipped().frustration_hand_over
    assert decision.frustration >= limit


@pytest.mark.parametrize("rule", ["explicit_request", "failed_again", "other_language", "action", "none"])
def test_a_rule_on_words_or_counts_has_no_limit(rule: str) -> None:
    assert limit_of(rule, shipped()) is None
