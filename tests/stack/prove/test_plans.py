from __future__ import annotations

from collections import Counter

import pytest

from stack.prove.plans import ACTS, LATEST_FIRST_WORD, POINTS, plans

pytestmark = pytest.mark.unit


def test_a_seed_decides_everything() -> None:
    assert plans("bot", 20, 1) == plans("bot", 20, 1)
    assert plans("bot", 20, 1) != plans("bot", 20, 2)
    assert plans("bot", 20, 1) != plans("app", 20, 1)


@pytest.mark.parametrize("target", ["app", "bot", "worker", "redis"])
def test_twenty_trials_hit_every_act_and_every_point_about_equally_often(target: str) -> None:
    dealt = plans(target, 20, 1)

    acts = Counter(plan.act for plan in dealt)
    points = Counter(plan.point for plan in dealt)
    assert set(acts) == set(ACTS)
    assert max(acts.values()) - min(acts.values()) <= 1
    assert set(points) == set(POINTS)
    assert max(points.values()) == min(points.values())


def test_the_kill_falls_where_its_name_says() -> None:
    for plan in plans("app", 200, 5):
        low, high = {
            "with_send": (0.0, 1.0),
            "after_ack": (0.0, 0.0),
            "in_action": (0.25, 0.7),
            "before_answer": (0.75, 1.0),
            "anywhere": (0.0, 1.2),
        }[plan.point]
        assert low <= plan.share <= high
        assert 0 < plan.later <= LATEST_FIRST_WORD
        assert 0 < plan.pause <= LATEST_FIRST_WORD
