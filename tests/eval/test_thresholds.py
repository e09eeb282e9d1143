import json
from pathlib import Path

import numpy as np
import pytest

from eval.frustration import BadRows
from eval.pictures import cost, reliability
from eval.thresholds import Costs, best, curve, scores_of, write

pytestmark = pytest.mark.unit
LABELS = np.array([0.0] * 50 + [1.0] * 50)
SCORES = np.linspace(0.0, 0.99, 100)


def test_a_dearer_needless_reaction_raises_the_threshold() -> None:
    noisy = np.clip(SCORES + np.random.default_rng(1).normal(0, 0.2, 100), 0, 1)
    cheap, dear = Costs(1.0, 0.2, 0.3), Costs(1.0, 5.0, 0.3)
    low, high = (best(curve(LABELS, noisy, costs), costs).threshold for costs in (cheap, dear))
    assert low < high


def test_the_bound_on_needless_reactions_holds() -> None:
    costs = Costs(100.0, 0.01, 0.5, most_needless=0.0)
    assert best(curve(LABELS, SCORES, costs), costs).needless == 0.0


def test_chosen_numbers_are_written_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.json"
    path.write_text(json.dumps({"a": 1, "b": 2}))
    write(path, {"b": 3})
    assert json.loads(path.read_text()) == {"a": 1, "b": 3}


def test_scores_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_text('{"label": 1}\n')
    with pytest.raises(BadRows):
        scores_of(path)


def test_both_pictures_are_drawn(tmp_path: Path) -> None:
    costs = Costs(1.0, 1.0, 0.05)
    points = curve(LABELS, SCORES, costs)
    cost({"hand over": (points, best(points, costs))}, "cost", tmp_path / "cost.svg")
    reliability([{"n": 3, "score": 0.2, "frustrated": 0.3}], "reliability", tmp_path / "reliability.svg")
    assert all((tmp_path / f"{name}.svg").read_text().rstrip().endswith("</svg>") for name in ("cost", "reliability"))
