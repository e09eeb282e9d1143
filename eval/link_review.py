"""From which likeness two needs of one customer are one issue: the thresholds of ``outcomes.linking``, read on pairs.

Each pair is two needs in a customer's words, labelled as one issue or two. Every likeness is measured at every
threshold, so that the choice can be seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.handover import wilson
from eval.outcomes.linking import LinkRules, Similarity

STEPS = [round(0.05 * step, 2) for step in range(2, 20)]


@dataclass(frozen=True)
class Pair:
    one: str
    other: str
    same: bool


def read_pairs(path: Path) -> list[Pair]:
    rows = (json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip())
    return [Pair(row["one"], row["other"], row["same"]) for row in rows]


def review(pairs: Sequence[Pair], likeness: Similarity) -> dict[str, Any]:
    """At each threshold precision, recall and F1 of "one issue"; ``best``: that of the best F1, the highest of them."""
    scored = [(likeness(pair.one, pair.other), pair.same) for pair in pairs]
    rows = [at(scored, threshold) for threshold in STEPS]
    best = max(rows, key=lambda row: (row["f1"], row["threshold"]))
    return {"n": len(pairs), "same": sum(pair.same for pair in pairs), "best": best, "thresholds": rows}


def at(scored: Sequence[tuple[float, bool]], threshold: float) -> dict[str, Any]:
    linked = [same for score, same in scored if score >= threshold]
    right, wanted = sum(linked), sum(same for _, same in scored)
    return {
        "threshold": threshold,
        "precision": _share(right, len(linked)),
        "recall": _share(right, wanted),
        "f1": round(2 * right / (len(linked) + wanted), 4) if linked or wanted else 0.0,
        "precision_95": wilson(right, len(linked)) if linked else None,
        "recall_95": wilson(right, wanted) if wanted else None,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def document(pairs: Sequence[Pair], likenesses: dict[str, Similarity], rules: LinkRules) -> dict[str, Any]:
    """``used``: what ``rules`` reach; beside it each likeness at every threshold."""
    found: dict[str, Any] = {name: review(pairs, likeness) for name, likeness in likenesses.items()}
    if rules.similarity is not None:
        likeness: Callable[[str, str], float] = rules.similarity
        found["used"] = at([(likeness(pair.one, pair.other), pair.same) for pair in pairs], rules.threshold)
    return found
