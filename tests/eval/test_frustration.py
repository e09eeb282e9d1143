import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.triage.thresholds import shipped
from eval.frustration import BadRows, auroc, ece, evaluate, measure, rows_of

pytestmark = pytest.mark.unit


def reader(texts: Sequence[str]) -> list[Mapping[str, Any]]:
    """Stands in for the trained pipeline: angry where there is an exclamation mark."""
    return [
        {
            "intent": {"name": "order_status", "confidence": 0.9},
            "triage": {
                "frustration": 0.97 if "!" in text else 0.02,
                "person": "a person" if "person" in text else None,
            },
        }
        for text in texts
    ]


def written(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_the_figures_of_the_contract(tmp_path: Path) -> None:
    rows = rows_of(
        written(
            tmp_path / "rows.jsonl",
            {"text": "still nothing!", "label": "frustrated"},
            {"text": "where is it?", "label": "calm", "context": ["hello"]},
            {"text": "sure!", "label": "calm"},
            {"text": "a person please", "label": "frustrated"},
        )
    )
    found = evaluate(rows, reader, shipped())
    assert {"n", "threshold", "macro_f1", "f1", "precision", "recall", "auroc", "ece", "handover_rate"} <= set(found)
    assert found["n"] == 4
    assert found["precision"] == found["recall"] == found["f1"] == 0.5
    assert found["handover_rate"] == 0.75
    assert found["handover_rules"] == {"frustration": 2, "explicit_request": 1}
    low, high = found["interval_95"]["handover_rate"]
    assert low <= 0.75 <= high


def test_one_label_alone_has_no_auroc(tmp_path: Path) -> None:
    found = evaluate(rows_of(written(tmp_path / "calm.jsonl", {"text": "hi", "label": "calm"})), reader, shipped())
    assert found["auroc"] is None
    assert found["macro_f1"] is None
    assert found["handover_rate"] == 0.0


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", {"label": "calm"}, {"text": "x", "label": "angry"}, {"text": "x", "label": "calm", "context": "y"}],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object) -> None:
    path = written(tmp_path / "bad.jsonl", {"text": "fine", "label": "calm"}, line)
    with pytest.raises(BadRows, match="line 2"):
        rows_of(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRows, match="no rows"):
        rows_of(written(tmp_path / "empty.jsonl", ""))


def test_auroc_counts_ties_half() -> None:
    labels = np.array([1.0, 1.0, 0.0, 0.0])
    assert auroc(labels, np.array([0.9, 0.8, 0.2, 0.1])) == 1.0
    assert auroc(labels, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert auroc(labels, np.array([0.9, 0.3, 0.5, 0.1])) == 0.75


def test_a_score_that_keeps_its_word_has_no_calibration_error() -> None:
    assert ece(np.array([1.0, 0.0, 1.0, 0.0]), np.full(4, 0.5)) == 0.0
    assert ece(np.array([0.0, 0.0]), np.array([1.0, 1.0])) == 1.0


def test_the_threshold_itself_counts_as_frustrated() -> None:
    assert measure(np.array([1.0, 0.0]), np.array([0.5, 0.1]), 0.5)["recall"] == 1.0
