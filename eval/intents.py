"""Figures of intent recognition, from labelled rows and from what a pipeline read in them. Pure but for ``read``.

Rows labelled ``oos`` are out of scope. *accuracy* is the share of rows in scope whose best-ranked intent in scope is
the right one, whatever the rejection says; *in_scope_accuracy* also asks that the row was not rejected; *oos_recall* is
the share of rows out of scope that were rejected; *oos_auroc* says how well the score tells the two apart, at any
threshold; *mcc* (Gorodkin 2004, the R_K statistic) is over all intents and ``oos``, with rejection.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

OOS: Final = "oos"
PROPORTIONS: Final = ("accuracy", "in_scope_accuracy", "oos_recall")
Z95: Final = 1.959964


class BadData(Exception):
    """A file does not have the form it should; the message names file and line."""


@dataclass(frozen=True)
class Row:
    text: str
    label: str
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else the line holds: ``noisy``, ``entities``."""


@dataclass(frozen=True)
class Reading:
    """``best``: the first intent in scope; ``intent``: what is acted on; ``ms``: the whole pipeline for this text."""

    best: str | None
    intent: str | None
    rejected: bool
    score: float
    ms: float
    entities: Sequence[Mapping[str, Any]] = ()
    requests: Sequence[str] = ()


def read(path: Path, labelled: bool = True) -> list[Row]:
    """Rows of a JSONL file; the label is empty where none is wanted.

    Raises ``BadData``, or ``OSError`` when it cannot be read.
    """
    found = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # U+2028 and its like end no line of JSONL
    except UnicodeDecodeError as problem:
        raise BadData(f"{path}: not UTF-8.") from problem
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as problem:
            raise BadData(f"{path}, line {number}: not JSON.") from problem
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
            raise BadData(f"{path}, line {number}: has no text.")
        if labelled and (not isinstance(row.get("label"), str) or not row["label"].strip()):
            raise BadData(f"{path}, line {number}: has no label.")
        found.append(Row(row["text"], row["label"] if labelled else "", row))
    if not found:
        raise BadData(f"{path}: holds no rows.")
    return found


def check_training(rows: Sequence[Row], path: Path) -> None:
    """Raises ``BadData`` where nothing could be learnt from ``rows``."""
    intents = {row.label for row in rows} - {OOS}
    if len(intents) < 2:
        raise BadData(f"{path}: needs two intents at least, beside {OOS!r}.")


def folds(rows: Sequence[Row], count: int, seed: int) -> list[list[int]]:
    """Indices of the rows of each fold, every label spread evenly. Raises ``BadData`` for fewer rows than folds."""
    if len(rows) < count:
        raise BadData(f"{len(rows)} rows do not make {count} folds.")
    chance = random.Random(seed)  # noqa: S311 - a draw that must come out alike again
    by_label: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_label[row.label].append(index)
    found: list[list[int]] = [[] for _ in range(count)]
    at = 0
    for label in sorted(by_label):
        chance.shuffle(by_label[label])
        for index in by_label[label]:
            found[at % count].append(index)
            at += 1
    return [sorted(fold) for fold in found]


def outside_names(labels: Iterable[str]) -> dict[str, str]:
    """What each label in scope is called as an intent: its own words, since the names of intents teach, and never the
    name of one that the assistant treats in a way of its own."""
    found: dict[str, str] = {}
    for label in sorted(set(labels) - {OOS}):
        name = re.sub(r"\W+", "_", label).rstrip("_") + "_"  # no intent of the assistant ends so
        while name in found.values():
            name += "_"
        found[label] = name
    return found


def known(train: Sequence[Row]) -> frozenset[str]:
    """The texts of ``train`` as ``repeated`` compares them."""
    return frozenset(_plain(row.text) for row in train)


def repeated(row: Row, seen: frozenset[str]) -> bool:
    """Whether the row stands among the examples word for word, but for case and spaces."""
    return _plain(row.text) in seen


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def figures(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, Any]:
    """The figures of ``rows``; a figure without rows to take it from is None."""
    pairs = list(zip(rows, readings, strict=True))
    inside = [(row, reading) for row, reading in pairs if row.label != OOS]
    outside = [(row, reading) for row, reading in pairs if row.label == OOS]
    right = sum(reading.best == row.label for row, reading in inside)
    kept = sum(reading.best == row.label and not reading.rejected for row, reading in inside)
    caught = sum(reading.rejected for _, reading in outside)
    predicted = [OOS if reading.rejected else str(reading.best) for reading in readings]
    auroc = area([reading.score for _, reading in inside], [reading.score for _, reading in outside])
    return {
        "n_test": len(pairs),
        "n_oos": len(outside),
        "accuracy": _share(right, len(inside)),
        "in_scope_accuracy": _share(kept, len(inside)),
        "oos_recall": _share(caught, len(outside)),
        "oos_auroc": auroc,
        "mcc": mcc([row.label for row in rows], predicted),
        "interval_95": {
            "accuracy": wilson(right, len(inside)),
            "in_scope_accuracy": wilson(kept, len(inside)),
            "oos_recall": wilson(caught, len(outside)),
            "oos_auroc": _area_interval(auroc, len(inside), len(outside)),
        },
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def wilson(part: int, whole: int) -> list[float] | None:
    """The 95 % score interval of a proportion (Wilson 1927)."""
    return list(wilson_of(part / whole, whole)) if whole else None


def wilson_of(share: float, n: float) -> tuple[float, float]:
    """The same of a share of ``n`` trials; ``n`` above 0 may be broken, as the effective number of weighed ones is."""
    square = Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = Z95 * math.sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    # Rounding must not push the interval of none or all past the share itself.
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))


def area(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """The chance that one of ``higher`` lies above one of ``lower``, ties counting half (Mann-Whitney)."""
    if not higher or not lower:
        return None
    counts: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for score in higher:
        counts[score][0] += 1
    for score in lower:
        counts[score][1] += 1
    below, won = 0, 0.0
    for score in sorted(counts):
        above, equal = counts[score]
        won += above * (below + equal / 2)
        below += equal
    return won / (len(higher) * len(lower))


def _area_interval(auroc: float | None, positive: int, negative: int) -> list[float] | None:
    """Hanley and McNeil 1982."""
    if auroc is None:
        return None
    first, second = auroc / (2 - auroc), 2 * auroc**2 / (1 + auroc)
    spread = auroc * (1 - auroc) + (positive - 1) * (first - auroc**2) + (negative - 1) * (second - auroc**2)
    reach = Z95 * math.sqrt(max(0.0, spread) / (positive * negative))
    return [max(0.0, auroc - reach), min(1.0, auroc + reach)]


def mcc(wanted: Sequence[str], got: Sequence[str]) -> float | None:
    """Matthews' correlation for many classes; None where either side names one class alone."""
    n, right = len(wanted), sum(a == b for a, b in zip(wanted, got, strict=True))
    truth, named = Counter(wanted), Counter(got)
    both = sum(truth[label] * named[label] for label in truth)
    spread = (n**2 - sum(c**2 for c in truth.values())) * (n**2 - sum(c**2 for c in named.values()))
    return (right * n - both) / math.sqrt(spread) if spread else None
