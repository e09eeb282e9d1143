"""Every figure of a set of episodes, with the episodes behind it. What each counts stands in ``eval.metrics.catalogue``
and is explained in ``eval/README.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.metrics import effort, survival
from eval.metrics.catalogue import (
    CATALOGUE,
    OF_ENDED,
    Conditions,
    Figure,
    Number,
    Return,
    all_hold,
    note_of,
)
from eval.metrics.facts import Facts, facts_of, grid
from eval.metrics.survival import Point
from eval.metrics.values import Metric, Statistic, mean_of, median_of, share_of
from eval.outcomes.model import DAY, Episode, TransferLabel


@dataclass(frozen=True)
class Figures:
    """``counts``: how many episodes there are of each status and evidence, and of each reason for not counting;
    ``reasons``: in how many something was a reason of a hand-over."""

    metrics: dict[str, Metric]
    repeat_curve: list[Point]
    counts: dict[str, int]
    excluded: dict[str, int]
    reasons: dict[str, int]

    def document(self, *, lists: bool = False) -> dict[str, Any]:
        return {
            "metrics": {name: metric.document(lists=lists) for name, metric in self.metrics.items()},
            "repeat_curve": [point._asdict() for point in self.repeat_curve],
            "counts": self.counts,
            "excluded": self.excluded,
            "handover_reasons": self.reasons,
        }


def figures(episodes: Sequence[Episode], as_of: float, labels: Mapping[str, TransferLabel] | None = None) -> Figures:
    """``episodes`` are all that their customers have; ``labels``: what people say of hand-overs, by conversation."""
    facts = facts_of(episodes, as_of, labels)
    points = repeat_points(facts, as_of)
    denominators: dict[Conditions, list[Facts]] = {}
    for each in CATALOGUE:
        if each.of not in denominators:
            denominators[each.of] = [one for one in facts if all_hold(each.of, one)]
    eligible = (one for one in facts if one.eligible)
    asked = Counter((one.effort, hard) for one in eligible if (hard := effort.hardness(one.ces7, one.ces5)) is not None)
    calibration = effort.calibration(asked)
    return Figures(
        metrics={each.name: _metric(each, denominators[each.of], points, calibration) for each in CATALOGUE},
        repeat_curve=points,
        counts=dict(sorted(Counter(f"{e.status}/{e.evidence}" for e in episodes if e.eligible).items())),
        excluded=dict(sorted(Counter(str(e.exclusion) for e in episodes if not e.eligible).items())),
        reasons=dict(Counter(reason for one in facts if one.eligible for reason in one.reasons).most_common()),
    )


def _metric(figure: Figure, of: Sequence[Facts], points: Sequence[Point], calibration: str) -> Metric:
    hits = [one for one in of if all_hold(figure.hits, one)]
    values: dict[float, int] = Counter(getattr(one, figure.field) for one in of) if isinstance(figure, Number) else {}
    found = statistic(figure, len(hits), len(of), values, points)
    note = note_of(figure, len(of), calibration)
    return metric(figure, found, tuple(one.id for one in of), tuple(one.id for one in hits), note)


def metric(
    figure: Figure, found: Statistic, episodes: tuple[str, ...] = (), hits: tuple[str, ...] = (), note: str = ""
) -> Metric:
    return Metric(
        figure.name, figure.title, *found, figure.unit, figure.denominator, episodes, hits, note, figure.target
    )


def statistic(figure: Figure, hits: int, n: int, values: Mapping[float, int], points: Sequence[Point]) -> Statistic:
    """Value and interval from counts: ``hits`` of ``n``, how often each value came, the curve of returns."""
    if isinstance(figure, Return):
        return survival.returned_within(points, figure.days) if n else Statistic(None, None, "greenwood")
    if isinstance(figure, Number):
        return mean_of(values) if figure.statistic == "mean" else median_of(values)
    return share_of(hits, n)


def repeat_points(facts: Sequence[Facts], as_of: float) -> list[Point]:
    """From the end of the first contact to the next one on the issue; what is not known yet is censored."""
    ended = [one for one in facts if all_hold(OF_ENDED, one)]
    until = grid(as_of)
    durations = [
        one.back_after if one.back_after is not None else max(0.0, until - one.first_ended_at) for one in ended
    ]
    return survival.curve([each / DAY for each in durations], [one.returned for one in ended])
