"""Figures on the project's own held-out sets: intents as the assistant acts on them, entities, requests told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from eval.intents import OOS, Reading, Row, wilson

SAME: Final[Mapping[str, str]] = {
    "out_of_scope": OOS,
    "unlock_account": "password_reset",
    "request_callback": "callback_request",
    "update_profile": "data_request",
    "data_copy": "data_request",
    "delete_data": "data_request",
    "refund_not_arrived": "refund_status",
    "charged_after_cancel": "refund_request",
}
"""Intents of the assistant that the sets call by another name, or know as one."""
ENTITIES: Final = ("order_number", "money", "email")


def label_of(intent: str | None) -> str:
    """The sets' word for what the assistant understood."""
    return SAME.get(str(intent), str(intent))


def own_figures(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, Any]:
    """Accuracy over all rows and those in scope, F1 of out of scope, and per entity; with Wilson intervals."""
    got = [label_of(reading.intent) for reading in readings]
    inside = [(row.label, label) for row, label in zip(rows, got, strict=True) if row.label != OOS]
    noisy = [(row.label, label) for row, label in zip(rows, got, strict=True) if row.more.get("noisy")]
    all_pairs = [(row.label, label) for row, label in zip(rows, got, strict=True)]
    outside = [(row.label == OOS, label == OOS) for row, label in zip(rows, got, strict=True)]
    return {
        "n_test": len(rows),
        "accuracy": _right(all_pairs),
        "in_scope_accuracy": _right(inside),
        "noisy_accuracy": _right(noisy),
        "oos": f1(sum(a and b for a, b in outside), sum(b for _, b in outside), sum(a for a, _ in outside)),
        "entities": {name: _entity(name, rows, readings) for name in ENTITIES},
        "ms_per_message": sum(reading.ms for reading in readings) / len(readings),
        "confused": _confused(all_pairs),
    }


def _right(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    right = sum(a == b for a, b in pairs)
    return {"value": right / len(pairs) if pairs else None, "n": len(pairs), "interval_95": wilson(right, len(pairs))}


def f1(right: int, named: int, wanted: int) -> dict[str, Any]:
    """Precision, recall and F1; None where nothing is named or wanted."""
    precision, recall = (right / named if named else None), (right / wanted if wanted else None)
    value = 2 * right / (named + wanted) if named + wanted else None
    return {
        "f1": value,
        "precision": precision,
        "recall": recall,
        "interval_95": {"precision": wilson(right, named), "recall": wilson(right, wanted)},
    }


def _entity(name: str, rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, Any]:
    right = named = wanted = 0
    for row, reading in zip(rows, readings, strict=True):
        truth = (row.more.get("entities") or {}).get(name, [])
        expected = [str(value) for value in (truth if isinstance(truth, list) else [truth])]
        found = [str(item["value"]) for item in reading.entities if item["entity"] == name]
        wanted += len(expected)
        named += len(found)
        for value in found:
            if value in expected:
                expected.remove(value)
                right += 1
    return f1(right, named, wanted)


def _confused(pairs: Sequence[tuple[str, str]]) -> list[list[Any]]:
    counts: dict[tuple[str, str], int] = {}
    for wanted, got in pairs:
        if wanted != got:
            counts[wanted, got] = counts.get((wanted, got), 0) + 1
    return [[wanted, got, n] for (wanted, got), n in sorted(counts.items(), key=lambda item: -item[1])]


def request_figures(wanted: Sequence[Sequence[str]], readings: Sequence[Reading]) -> dict[str, Any]:
    """How many messages with two requests were seen as two, and with both intents right and in order."""
    got = [[label_of(name) for name in reading.requests] or [label_of(reading.intent)] for reading in readings]
    two = [(labels, names) for labels, names in zip(wanted, got, strict=True) if len(labels) > 1]
    one = [(labels, names) for labels, names in zip(wanted, got, strict=True) if len(labels) == 1]
    return {
        "n_two": len(two),
        "seen_as_several": _right([("yes", "yes" if len(names) > 1 else "no") for _, names in two]),
        "both_right": _right([("|".join(labels), "|".join(names)) for labels, names in two]),
        "n_one": len(one),
        "one_kept_whole": _right([("yes", "yes" if len(names) == 1 else "no") for _, names in one]),
    }
