import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.transfer import TOLERANCES, Transfers, figures, gt_t
from eval.metrics.values import Metric

pytestmark = pytest.mark.unit
TURNS = st.lists(st.integers(1, 12), max_size=4, unique=True)


def slow_gt_t(made: list[int], due: list[int], tolerance: int) -> float:
    """As the paper words it, term by term."""
    if len(made) == 0 and len(due) == 0:
        return 1.0
    if len(made) == 0 or len(due) == 0:
        return 0.0
    total = 0.0
    for p in made:
        best = 0.0
        for q in due:
            best = max(best, math.exp(-((p - q) ** 2) / (2 * (tolerance + 1e-9) ** 2)))
        total += best
    return total / len(made)


def slow_turns(dialogues: list[tuple[list[int], list[int]]]) -> tuple[float | None, float | None, float | None]:
    """Precision, recall and F1 by walking over every turn."""
    right = wrong = missed = 0
    for made, due in dialogues:
        for turn in range(1, 13):
            right += turn in made and turn in due
            wrong += turn in made and turn not in due
            missed += turn not in made and turn in due
    precision = right / (right + wrong) if right + wrong else None
    recall = right / (right + missed) if right + missed else None
    return precision, recall, 2 * right / (2 * right + wrong + missed) if right + wrong + missed else None


@given(TURNS, TURNS, st.sampled_from(TOLERANCES))
def test_gt_t_agrees_with_its_slow_twin(made: list[int], due: list[int], tolerance: int) -> None:
    assert gt_t(made, due, tolerance) == pytest.approx(slow_gt_t(made, due, tolerance), abs=1e-12)


@given(st.lists(st.tuples(TURNS, TURNS), min_size=1, max_size=8))
def test_turn_level_figures_agree_with_their_slow_twin(dialogues: list[tuple[list[int], list[int]]]) -> None:
    found = figures([Transfers(str(n), tuple(made), tuple(due)) for n, (made, due) in enumerate(dialogues)])
    precision, recall, f1 = slow_turns(dialogues)
    assert found["turn_precision"] == pytest.approx(precision)
    assert found["turn_recall"] == pytest.approx(recall)
    assert found["turn_f1"] == pytest.approx(f1)
    assert found["gt_t"] == {
        str(t): pytest.approx(sum(slow_gt_t(made, due, t) for made, due in dialogues) / len(dialogues))
        for t in TOLERANCES
    }


def test_never_handing_over_scores_on_gt_t_and_nothing_on_recall() -> None:
    lazy = [Transfers(str(n), (), (3,) if n < 45 else ()) for n in range(100)]
    found = figures(lazy)
    assert found["gt_t"] == {"1": 0.55, "2": 0.55, "3": 0.55}
    assert isinstance(found["recall"], Metric)
    assert found["recall"].value == 0
    assert found["turn_recall"] == 0


def test_early_and_late_are_not_in_time() -> None:
    made = [Transfers("early", (1,), (3,)), Transfers("exact", (3,), (3,)), Transfers("late", (4,), (3,)),
            Transfers("too late", (5,), (3,))]  # fmt: skip
    timely = figures(made)["timeliness"]
    assert isinstance(timely, Metric)
    assert timely.hits == ("exact", "late")
