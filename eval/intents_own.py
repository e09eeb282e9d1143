"""Figures on the project's own held-out sets: intents as the assistant acts on them, entities, requests told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    """Accuracy over all rows and those in scope, F1 of out of scope, and per entity; with Wilson intervals. Rows may be
    labelled in the sets' words or in the assistant's."""
    all_pairs = [(label_of(row.label), label_of(reading.intent)) for row, reading in zip(rows, readings, strict=True)]
    inside = [pair for pair in all_pairs if pair[0] != OOS]
    noisy = [pair for row, pair in zip(rows, all_pairs, strict=True) if row.more.get("noisy")]
    outside = [(wanted == OOS, got == OOS) for wanted, got in all_pairs]
    return {
        "n_test": len(rows),
        "accuracy": _right(all_pairs),
        "in_scope_accuracy": _right(inside),
        "noisy_accuracy": _right(noisy),
        "oos": f1(sum(a and b for a, b in outside), sum(b for _, b in outside), sum(a for a, _ in outside)),
        "entities": entity_figures(rows, readings),
        "ms_per_message": sum(reading.ms for reading in readings) / len(readings),
        "confused": _confused(all_pairs),
    }


def entity_figures(rows: Sequence[Row], readings: Sequence[Reading]) -> dict[str, Any]:
    """F1 of each entity that the sets mark."""
    return {name: _entity(name, rows, readings) for name in ENTITIES}


HALVES: Final = ("open", "kept")
"""Of a development set: errors of the open half are shown and repaired; the kept half only says whether that carries
over, so its errors are never shown."""


def halves(
    rows: Sequence[Row],
    readings: Sequence[Reading],
    figures: Callable[[Sequence[Row], Sequence[Reading]], dict[str, Any]],
) -> dict[str, Any]:
    """``figures`` of each half of a development set (``half`` of its rows)."""
    pairs = list(zip(rows, readings, strict=True))
    return {
        half: figures([row for row, _ in mine], [reading for _, reading in mine])
        for half in HALVES
        if (mine := [(row, reading) for row, reading in pairs if row.more.get("half") == half])
    }


def misses(rows: Sequence[Row], readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """What was read wrong in the open half: intents where a row is labelled, else entities."""
    found = []
    for row, reading in zip(rows, readings, strict=True):
        if row.more.get("half") != HALVES[0]:
            continue
        wanted: Any = label_of(row.label)
        got: Any = label_of(reading.intent)
        if not row.label:
            wanted = {name: _values(row, name) for name in ENTITIES if _values(row, name)}
            got = {name: _named(reading, name) for name in ENTITIES if _named(reading, name)}
        if wanted != got:
            found.append({"text": row.text, "wanted": wanted, "got": got})
    return found


def _values(row: Row, name: str) -> list[str]:
    truth = (row.more.get("entities") or {}).get(name, [])
    return [str(value) for value in (truth if isinstance(truth, list) else [truth])]


def _named(reading: Reading, name: str) -> list[str]:
    return [str(item["value"]) for item in reading.entities if item["entity"] == name]


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
        expected, found = _values(row, name), _named(reading, name)
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
