"""F1 of things and troubles: spans of a message as marked and as read. Pure but for ``read_marked``.

*exact*: the same entity from the same to the same place; *touched*: the same entity, sharing a word or more. Intervals
are percentiles of a bootstrap over messages.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.intents import BadData

ENTITIES: Final = ("thing", "trouble")
RESAMPLES: Final = 1000


@dataclass(frozen=True)
class Span:
    entity: str
    start: int
    end: int


@dataclass(frozen=True)
class Marked:
    text: str
    spans: tuple[Span, ...]


def read_marked(path: Path) -> list[Marked]:
    """Rows ``{"text", "spans": [{"entity", "start", "end"}]}``. Raises ``BadData``, or ``OSError``."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            spans = tuple(Span(one["entity"], int(one["start"]), int(one["end"])) for one in row["spans"])
            found.append(Marked(str(row["text"]), spans))
        except (ValueError, KeyError, TypeError) as problem:
            raise BadData(f"{path}, line {number}: not a text and its spans.") from problem
    if not found:
        raise BadData(f"{path}: holds no rows.")
    return found


def spans_of(entities: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    """What the pipeline read, of the entities that are measured here."""
    return tuple(
        Span(str(one["entity"]), int(one["start"]), int(one["end"])) for one in entities if one["entity"] in ENTITIES
    )


def span_figures(rows: Sequence[Marked], read: Sequence[Sequence[Span]]) -> dict[str, Any]:
    """Of each entity precision, recall and F1, exact and touched."""
    return {
        entity: {
            kind: _figure([_counts(row.spans, spans, entity, exact=kind == "exact") for row, spans in pairs])
            for kind in ("exact", "touched")
        }
        for entity in ENTITIES
        if (pairs := list(zip(rows, read, strict=True)))
    }


Counts = tuple[int, int, int, int]
"""Of one message: spans read, of these right, spans marked, of these found."""


def _counts(marked: Sequence[Span], read: Sequence[Span], entity: str, *, exact: bool) -> Counts:
    wanted = [span for span in marked if span.entity == entity]
    named = [span for span in read if span.entity == entity]
    right = sum(any(_alike(span, other, exact) for other in wanted) for span in named)
    found = sum(any(_alike(span, other, exact) for other in named) for span in wanted)
    return len(named), right, len(wanted), found


def _alike(one: Span, other: Span, exact: bool) -> bool:
    return one == other if exact else one.start < other.end and other.start < one.end


def _figure(counts: Sequence[Counts]) -> dict[str, Any]:
    named, right, wanted, found = (sum(column) for column in zip(*counts, strict=True))
    chance = random.Random(0)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(_f1(chance.choices(counts, k=len(counts))) for _ in range(RESAMPLES))
    return {
        "f1": _f1(counts),
        "interval_95": [drawn[int(RESAMPLES * 0.025)], drawn[int(RESAMPLES * 0.975) - 1]],
        "precision": right / named if named else None,
        "recall": found / wanted if wanted else None,
        "n": wanted,
    }


def _f1(counts: Sequence[Counts]) -> float:
    """The harmonic mean of both; 0 where nothing is right."""
    named, right, wanted, found = (sum(column) for column in zip(*counts, strict=True))
    if not right or not found:
        return 0.0
    precision: float = right / named
    recall: float = found / wanted
    return 2 * precision * recall / (precision + recall)
