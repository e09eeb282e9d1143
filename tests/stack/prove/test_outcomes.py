import pytest

from eval.metrics.catalogue import BY_NAME
from eval.metrics.known_truth import KINDS, TRUTH, days
from stack.prove.outcomes import measured

pytestmark = pytest.mark.unit


def test_the_synthetic_days_are_the_same_again_and_their_chances_whole() -> None:
    assert sum(KINDS.values()) == pytest.approx(1)
    assert days(3, a_day=2, length=5).conversations == days(3, a_day=2, length=5).conversations


def test_every_truth_has_a_metric_near_it() -> None:
    found = measured(5)
    assert set(found) == set(TRUTH) == set(BY_NAME)
    for name, metric in found.items():
        assert metric.value is not None, name
        assert metric.interval is not None, name
        reach = (metric.interval[1] - metric.interval[0]) / 2
        assert abs(metric.value - TRUTH[name]) <= 2.5 * reach, name
