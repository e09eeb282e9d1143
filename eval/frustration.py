"""How well the shipped triage hears frustration in single messages, on labelled rows that it was not trained on.

``{"text", "label": "frustrated" | "calm", "context"?: [earlier turns]}`` a line. A row is read as the customer's newest
turn after those of ``context``, by the trained pipeline, and decided by the shipped rules; how a bot answered the
earlier turns is not in such files, so nothing is counted for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.text.normalise import clean
from bot.triage.decide import Decision, decide
from bot.triage.seen import Seen, read
from bot.triage.thresholds import Thresholds

LABELS: Final = {"frustrated": 1, "calm": 0}
BINS: Final = 10
SAMPLES: Final = 400
Reader = Callable[[Sequence[str]], Sequence[Mapping[str, Any]]]
"""What the trained pipeline makes of each text, in order."""
Numbers = npt.NDArray[np.float64]


class BadRows(Exception):
    """A file does not have the form it should; the message names file and line."""


@dataclass(frozen=True)
class Row:
    text: str
    label: int
    context: tuple[str, ...] = ()


def rows_of(path: Path) -> list[Row]:
    """Raises ``BadRows``, or ``OSError`` when the file cannot be read."""
    found = [_row(data, place) for data, place in lines_of(path)]
    if not found:
        raise BadRows(f"{path}: holds no rows.")
    return found


def lines_of(path: Path) -> list[tuple[dict[str, Any], str]]:
    """The JSON objects of a JSONL file, each with the words that name its place. Raises ``BadRows``."""
    found = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            try:
                data = json.loads(line.decode("utf-8"))
            except (ValueError, RecursionError) as problem:
                raise BadRows(f"{place}: not JSON in UTF-8.") from problem
            if not isinstance(data, dict):
                raise BadRows(f"{place}: not an object.")
            found.append((data, place))
    return found


def _row(data: Mapping[str, Any], place: str) -> Row:
    text, label, context = data.get("text"), data.get("label"), data.get("context") or []
    if not isinstance(text, str):
        raise BadRows(f"{place}: has no text.")
    if not isinstance(label, str) or label not in LABELS:
        raise BadRows(f"{place}: label is neither {' nor '.join(LABELS)}.")
    if not isinstance(context, list) or not all(isinstance(turn, str) for turn in context):
        raise BadRows(f"{place}: context is not a list of texts.")
    return Row(text, LABELS[label], tuple(context))


def decisions(rows: Sequence[Row], reader: Reader, limits: Thresholds) -> list[Decision]:
    """The shipped decision for each row. Each different text is read once."""
    wanted = list(dict.fromkeys(text for row in rows for text in (*row.context[-limits.lookback_turns :], row.text)))
    read_as = dict(zip(wanted, reader(wanted), strict=True))

    def turn(text: str) -> Seen:
        return Seen(**read(clean(text), read_as[text]))

    return [decide([turn(text) for text in (*row.context[-limits.lookback_turns :], row.text)], limits) for row in rows]


def evaluate(rows: Sequence[Row], reader: Reader, limits: Thresholds, seed: int = 1) -> dict[str, Any]:
    """The figures of DESIGN.md part 4, 95 % intervals by bootstrap over rows, and which rules handed over.

    ``threshold`` is the score from which a message counts as frustrated; figures that need both labels are ``None``
    where a file holds one.
    """
    made = decisions(rows, reader, limits)
    labels = np.array([row.label for row in rows], dtype=np.float64)
    scores = np.array([decision.frustration for decision in made])
    handed = np.array([decision.decision == "hand_over" for decision in made], dtype=np.float64)
    rules: dict[str, int] = {}
    for decision in made:
        if decision.decision == "hand_over":
            rules[decision.rule] = rules.get(decision.rule, 0) + 1
    threshold = limits.frustration_seen
    figures = measure(labels, scores, threshold)
    return {
        "n": len(rows),
        "threshold": threshold,
        **figures,
        "handover_rate": _rounded(handed.mean()),
        "interval_95": _intervals(labels, scores, handed, threshold, seed),
        "handover_rate_calm": _rounded(handed[labels == 0].mean()) if (labels == 0).any() else None,
        "handover_rate_frustrated": _rounded(handed[labels == 1].mean()) if (labels == 1).any() else None,
        "handover_rules": dict(sorted(rules.items(), key=lambda item: -item[1])),
        "reliability": reliability(labels, scores),
    }


def measure(labels: Numbers, scores: Numbers, threshold: float) -> dict[str, float | None]:
    """``macro_f1, f1, precision, recall, auroc, ece`` of ``scores`` 0..1 against ``labels`` 0 or 1."""
    said = scores >= threshold
    hit, wrong, missed = (
        float((said & (labels == 1)).sum()),
        float((said & (labels == 0)).sum()),
        float((~said & (labels == 1)).sum()),
    )
    rest = float((~said & (labels == 0)).sum())
    f1 = _ratio(2 * hit, 2 * hit + wrong + missed)
    calm_f1 = _ratio(2 * rest, 2 * rest + wrong + missed)
    both = 0 < labels.sum() < len(labels)
    return {
        "macro_f1": _rounded((f1 + calm_f1) / 2) if both else None,
        "f1": _rounded(f1) if labels.any() else None,
        "precision": _rounded(_ratio(hit, hit + wrong)),
        "recall": _rounded(_ratio(hit, hit + missed)) if labels.any() else None,
        "auroc": _rounded(auroc(labels, scores)) if both else None,
        "ece": _rounded(ece(labels, scores)),
    }


def auroc(labels: Numbers, scores: Numbers) -> float:
    """The chance that a frustrated row scores above a calm one, a tie counting half (Mann and Whitney, 1947)."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    of_rows = ranks[places.reshape(-1)]
    frustrated = labels == 1
    count = float(frustrated.sum())
    return float((of_rows[frustrated].sum() - count * (count + 1) / 2) / (count * (len(labels) - count)))


def reliability(labels: Numbers, scores: Numbers) -> list[dict[str, float]]:
    """Ten bins of equal width: rows in them, mean score, share that is frustrated."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    return [
        {
            "n": int((bins == number).sum()),
            "score": _rounded(scores[bins == number].mean()),
            "frustrated": _rounded(labels[bins == number].mean()),
        }
        for number in range(BINS)
        if (bins == number).any()
    ]


def ece(labels: Numbers, scores: Numbers) -> float:
    """Expected calibration error over ten bins of equal width (Naeini and others, 2015)."""
    total = 0.0
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        inside = bins == number
        if inside.any():
            total += float(inside.mean() * abs(scores[inside].mean() - labels[inside].mean()))
    return total


def _intervals(
    labels: Numbers, scores: Numbers, handed: Numbers, threshold: float, seed: int
) -> dict[str, list[float] | None]:
    draw = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(SAMPLES):
        chosen = draw.integers(0, len(labels), len(labels))
        figures = {**measure(labels[chosen], scores[chosen], threshold), "handover_rate": float(handed[chosen].mean())}
        for name, value in figures.items():
            if value is not None:
                drawn.setdefault(name, []).append(value)
    return {
        name: [_rounded(float(np.quantile(values, 0.025))), _rounded(float(np.quantile(values, 0.975)))]
        for name, values in drawn.items()
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _rounded(value: float) -> float:
    return round(float(value), 4)
