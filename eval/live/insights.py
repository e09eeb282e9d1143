"""The dashboard's figures from the totals of kept episodes; what each counts is ``eval.metrics.catalogue``'s."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from eval.live.shares import Condition, E, Period
from eval.live.totals import ALL, STEPS_A_DAY, Totals, gather, part
from eval.metrics import catalogue, effort, survival
from eval.metrics.catalogue import BY_NAME, CATALOGUE, Figure, Number, Return, note_of
from eval.metrics.facts import STEP
from eval.metrics.figures import metric, statistic
from eval.metrics.survival import Point
from eval.metrics.values import share_of, told
from eval.outcomes.model import RETURN_DAYS
from eval.rosetta import DEFINITIONS
from eval.storage.tables import outcome_episodes

CURVE_DAYS: Final = 14
MOST_DRIVERS: Final = 20


def summary(connection: sa.Connection, period: Period, now: float) -> dict[str, Any]:
    totals = gather(connection, period).get(ALL, Totals())
    points = repeat_points(totals, now)
    return {
        "metrics": [_figure(each, totals, points) for each in CATALOGUE],
        "counts": _tally(totals, "counts"),
        "excluded": _tally(totals, "excluded"),
        "handover_reasons": _tally(totals, "reasons"),
        "queues": _tally(totals, "queues"),
        "contact_drivers": _tally(totals, "intents")[:MOST_DRIVERS],
        "silence_reasons": _tally(totals, "silences"),
        "repeat_curve": _curve(points),
    }


def definitions(connection: sa.Connection, period: Period) -> list[dict[str, Any]]:
    """One row a definition: its rate over contacts, and on how many matured episodes it and we disagree."""
    totals, found = gather(connection, period).get(ALL, Totals()), []
    for each in DEFINITIONS:
        n, hits, theirs, ours = (int(totals[f"vendor/{each.name}/{of}"]) for of in ("n", "hits", "theirs", "ours"))
        value, interval, _ = share_of(hits, n)
        found.append(
            {
                "name": each.name, "title": each.title, "rule": each.rule, "window": each.window,
                "denominator": each.denominator, "value": value,
                "interval_95": list(interval) if interval else None, "hits": hits, "n": n,
                "only_theirs": theirs, "only_ours": ours,
            }
        )  # fmt: skip
    return found


def repeat_points(totals: Totals, now: float) -> list[Point]:
    """As ``figures.repeat_points``, up to the end of the curve: what has been watched for longer is told no further."""
    most = CURVE_DAYS * STEPS_A_DAY + 1
    back = [(min(after, most), after < most, n) for after, n in _steps(totals, "returned")]
    until = int(now // STEP)
    away = [(min(max(0, until - since), most), False, n) for since, n in _steps(totals, "watched")]
    steps, returned, counts = zip(*(back + away), strict=True) if back or away else ((), (), ())
    many = np.asarray(counts, dtype=np.int64)
    durations = np.repeat(np.asarray(steps, dtype=np.float64) / STEPS_A_DAY, many)
    return survival.curve(durations, np.repeat(np.asarray(returned, dtype=bool), many))


def trends(connection: sa.Connection, period: Period, by: str, name: str, most: int) -> list[dict[str, Any]]:
    """One share for each value of a dimension: days in order, all else by how many episodes there are."""
    figure = BY_NAME[name]
    found = gather(connection, period, by, figure)
    rows = [{"key": key, **_figure(figure, totals, ())} for key, totals in found.items()]
    if by == "day":
        return sorted(rows, key=lambda row: str(row["key"]))[-most:]
    return sorted(rows, key=lambda row: (-row["n"], str(row["key"])))[:most]


def listing(
    connection: sa.Connection, period: Period, filters: Sequence[Condition], after: tuple[float, str] | None, most: int
) -> list[sa.RowMapping]:
    """Episodes, the newest first, after the one that ``after`` (opened_at, id) names."""
    query = sa.select(outcome_episodes).where(*period.conditions(), *filters)
    if after is not None:
        query = query.where(sa.or_(E.opened_at < after[0], sa.and_(E.opened_at == after[0], E.id < after[1])))
    query = query.order_by(E.opened_at.desc(), E.id.desc()).limit(most)
    return list(connection.execute(query).mappings())


def _figure(figure: Figure, totals: Totals, points: Sequence[Point]) -> dict[str, Any]:
    values: Mapping[float, int] = {}
    if isinstance(figure, Number):
        values = {float(key): n for key, n in part(totals, f"{figure.name}=")}
        hits = n = sum(values.values())
    elif isinstance(figure, Return):
        back = _steps(totals, "returned")
        n = sum(count for _, count in (*back, *_steps(totals, "watched")))
        hits = sum(count for after, count in back if after <= figure.days * STEPS_A_DAY)
    else:
        hits, n = int(totals[f"{figure.name}/hits"]), int(totals[f"{figure.name}/of"])
    note = note_of(figure, n, effort.calibration(_answers(totals)) if figure.name == "effort" else "")
    return told(metric(figure, statistic(figure, hits, n, values, points), note=note), hits, n)


def _answers(totals: Totals) -> dict[tuple[float, float], int]:
    """How often each pair of effort index and the customer's own answer came."""
    pairs = ((key.split("/"), n) for key, n in part(totals, "asked"))
    return {(float(index), float(hard)): n for (index, hard), n in pairs}


def _curve(points: Sequence[Point]) -> list[dict[str, Any]]:
    days = sorted({0, *RETURN_DAYS, *range(CURVE_DAYS + 1)})
    return [{**survival.at(points, day)._asdict(), "days": day} for day in days]


def _tally(totals: Totals, name: str) -> list[dict[str, Any]]:
    return sorted(({"key": key, "n": n} for key, n in part(totals, name)), key=lambda each: (-each["n"], each["key"]))


def _steps(totals: Totals, name: str) -> list[tuple[int, int]]:
    return [(int(key), n) for key, n in part(totals, name)]


SHARES: Final = tuple(each.name for each in CATALOGUE if isinstance(each, catalogue.Share))
"""What can be told for each value of a dimension."""
