"""The dashboard's figures from the totals of kept episodes; definitions as in ``eval.metrics``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from eval.intents import Z95, wilson
from eval.live.shares import BY_NAME, MEANS, SHARES, Condition, E, Period, Share
from eval.live.totals import ALL, STEP, Totals, gather
from eval.metrics import survival
from eval.outcomes.model import DAY, RETURN_DAYS
from eval.storage.tables import outcome_episodes

CURVE_DAYS: Final = 14
MOST_DRIVERS: Final = 20


def summary(connection: sa.Connection, period: Period, now: float) -> dict[str, Any]:
    totals = gather(connection, period).get(ALL, Totals())
    return {
        "metrics": [*(_share(each, totals) for each in SHARES), *means(totals)],
        "counts": _tally(totals, "counts"),
        "excluded": _tally(totals, "excluded"),
        "handover_reasons": _tally(totals, "reasons"),
        "queues": _tally(totals, "queues"),
        "contact_drivers": _tally(totals, "intents")[:MOST_DRIVERS],
        "repeat_curve": repeat_curve(totals, now),
    }


def means(totals: Totals) -> list[dict[str, Any]]:
    found = []
    for name, title, unit, target in MEANS:
        n, total, squares = int(totals[f"{name}/n"]), float(totals[f"{name}/sum"]), float(totals[f"{name}/squares"])
        mean = total / n if n else None
        bounds = None
        if mean is not None and n > 1:
            reach = Z95 * math.sqrt(max(0.0, squares - n * mean * mean) / (n - 1) / n)
            bounds = [mean - reach, mean + reach]
        found.append(_figure(f"{name}_mean", title, mean, bounds, n, n, unit, "eligible episodes with a value", target))
    return found


def repeat_curve(totals: Totals, now: float) -> list[dict[str, Any]]:
    """The survival curve to the tenth of a day. What has been watched for less is censored."""
    most = int(CURVE_DAYS * DAY / STEP) + 1
    back = [(min(int(after), most), int(after) < most, n) for after, n in _part(totals, "returned")]
    away = [(min(max(0, int(now // STEP) - int(since)), most), False, n) for since, n in _part(totals, "watched")]
    steps, returned, counts = zip(*(back + away), strict=True) if back or away else ((), (), ())
    durations = np.repeat(np.asarray(steps, dtype=np.float64) * STEP / DAY, np.asarray(counts, dtype=np.int64))
    points = survival.curve(durations, np.repeat(np.asarray(returned, dtype=bool), np.asarray(counts, dtype=np.int64)))
    days = sorted({0, *RETURN_DAYS, *range(CURVE_DAYS + 1)})
    return [{**survival.at(points, day)._asdict(), "days": day} for day in days]


def trends(connection: sa.Connection, period: Period, by: str, metric: str, most: int) -> list[dict[str, Any]]:
    """One share for each value of a dimension: days in order, all else by how many episodes there are."""
    share = BY_NAME[metric]
    found = gather(connection, period, by)
    rows = [{"key": key, **_share(share, totals)} for key, totals in found.items()]
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


def _tally(totals: Totals, name: str) -> list[dict[str, Any]]:
    return sorted(({"key": key, "n": n} for key, n in _part(totals, name)), key=lambda each: (-each["n"], each["key"]))


def _part(totals: Totals, name: str) -> list[tuple[str, int]]:
    return [(key.partition(":")[2], int(n)) for key, n in totals.items() if key.startswith(f"{name}:")]


def _share(share: Share, totals: Totals) -> dict[str, Any]:
    hits, of = int(totals[f"{share.name}/hits"]), int(totals[f"{share.name}/of"])
    value = hits / of if of else None
    return _figure(share.name, share.title, value, wilson(hits, of), hits, of, "share", share.denominator, share.target)


def _figure(
    name: str, title: str, value: float | None, bounds: list[float] | None, hits: int, n: int, unit: str,
    denominator: str, target: tuple[float, str] | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "title": title, "value": value, "interval_95": bounds, "hits": hits, "n": n, "unit": unit,
        "denominator": denominator, "target": target[0] if target else None, "wanted": target[1] if target else None,
    }  # fmt: skip
