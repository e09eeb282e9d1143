"""Totals of kept episodes: what the dashboard's figures are made of, counted once a day and added up when asked.

A day's totals are kept for each value of each dimension that is asked for (``outcome_totals``). A day in which an
episode was written is *due* (``outcome_due``) until it is counted again; what is asked meanwhile is counted from the
episodes themselves, as are the parts of a day at both ends of a period. So the figures are exact at any moment, and the
kept totals only make them fast.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from eval.live.shares import MEANS, OF_ELIGIBLE, OF_ENDED, OF_MATURED, SHARES, Condition, E, Period
from eval.outcomes.model import DAY
from eval.storage.tables import outcome_articles, outcome_due, outcome_episodes, outcome_totals

Totals = Counter[str]
"""``<share>/hits``, ``<share>/of``, ``<mean>/n|sum|squares``, ``<tally>:<key>``, ``returned:<tenths of a day>`` after
the first contact and ``watched:<tenths of a day>`` since 1970 for those that have not come back."""
STEP: Final = DAY / 10
ALL: Final = "*"
CROSSED: Final = ("version", "intent", "channel")
"""Asked for together in any combination; the others only by themselves."""
ALONE: Final = ("resolver", "queue", "article")
T = outcome_totals.c
TALLIES: Final[dict[str, tuple[Condition, sa.ColumnElement[Any]]]] = {
    "counts": (OF_ELIGIBLE, E.status + "/" + E.evidence),
    "excluded": (E.eligible == 0, E.exclusion),
    "reasons": (sa.and_(OF_ELIGIBLE, E.reason.is_not(None)), E.reason),
    "queues": (sa.and_(OF_ELIGIBLE, E.queue.is_not(None)), E.queue),
    "intents": (OF_ELIGIBLE, E.intent),
    "judged": (sa.and_(OF_MATURED, E.silent == 1, E.judged.is_not(None)), E.judged),
}


def gather(connection: sa.Connection, period: Period, by: str | None = None) -> dict[str, Totals]:
    """Totals of a period by the values of a dimension; all under ``*`` where ``by`` is None."""
    wanted: dict[str, str | None] = {**({by: None} if by not in (None, "day") else {}), **period.named()}
    if not _kept_so(wanted):
        return _counted(connection, period, by, [(period.since, period.until)])
    first, last = _day_after(period.since), _day_of(period.until)
    if first >= last:
        return _counted(connection, period, by, [(period.since, period.until)])
    query = sa.select(outcome_due.c.day).where(outcome_due.c.day >= first, outcome_due.c.day < last)
    due = sorted(connection.execute(query).scalars())
    found = _added_up(connection, wanted, by, first, last, set(due))
    ranges = [(period.since, _start(first)), *_joined(due), (_start(last), period.until)]
    for key, totals in _counted(connection, period, by, [each for each in ranges if each[0] < each[1]]).items():
        found.setdefault(key, Counter()).update(totals)
    return found


def count_due(connection: sa.Connection) -> tuple[str, int, list[dict[str, Any]]] | None:
    """The rows of the oldest day that is due, and the mark at which they were counted; to be given to ``keep``."""
    row = connection.execute(sa.select(outcome_due).order_by(outcome_due.c.day).limit(1)).first()
    if row is None:
        return None
    within = [E.opened_at >= _start(row.day), E.opened_at < _start(row.day) + DAY]
    rows = [
        {"day": row.day, **dict.fromkeys((*CROSSED, *ALONE), ALL), **names, "totals": totals}
        for names, totals in _slices(connection, within)
    ]
    return row.day, row.mark, rows


def keep(connection: sa.Connection, day: str, mark: int, rows: Sequence[dict[str, Any]]) -> bool:
    """Put ``rows`` in place of the day's; False, and nothing is done, where an episode was written meanwhile."""
    still = sa.delete(outcome_due).where(outcome_due.c.day == day, outcome_due.c.mark == mark)
    if connection.execute(still).rowcount != 1:
        return False
    connection.execute(sa.delete(outcome_totals).where(T.day == day))
    if rows:
        connection.execute(sa.insert(outcome_totals), list(rows))
    return True


def any_due(connection: sa.Connection, after: str) -> bool:
    return (
        connection.execute(sa.select(outcome_due.c.day).where(outcome_due.c.day > after).limit(1)).first() is not None
    )


def set_due(connection: sa.Connection, days: Iterable[str]) -> None:
    for day in sorted(set(days)):
        again = sa.update(outcome_due).where(outcome_due.c.day == day).values(mark=outcome_due.c.mark + 1)
        if connection.execute(again).rowcount == 0:
            connection.execute(sa.insert(outcome_due).values(day=day, mark=0))


def _kept_so(wanted: dict[str, str | None]) -> bool:
    return set(wanted) <= set(CROSSED) or (len(wanted) == 1 and set(wanted) <= set(ALONE))


def _added_up(
    connection: sa.Connection, wanted: dict[str, str | None], by: str | None, first: str, last: str, due: set[str]
) -> dict[str, Totals]:
    where: list[Condition] = [T.day >= first, T.day < last]
    for name in (*CROSSED, *ALONE):
        value = wanted.get(name, ALL)
        where.append(T[name] != ALL if value is None else T[name] == value)
    key = sa.literal(ALL) if by is None else T[by]
    found: dict[str, Totals] = {}
    for day, name, totals in connection.execute(sa.select(T.day, key, T.totals).where(*where)):
        if day not in due:
            found.setdefault(name, Counter()).update(totals)
    return found


def _counted(
    connection: sa.Connection, period: Period, by: str | None, ranges: Sequence[tuple[float, float]]
) -> dict[str, Totals]:
    if not ranges:
        return {}
    within = sa.or_(*(sa.and_(E.opened_at >= since, E.opened_at < until) for since, until in ranges))
    found = _grouped(connection, [within, *period.of_dimensions()], (by,) if by else ())
    return {key: totals for (key,), totals in found.items()}


def _slices(connection: sa.Connection, where: Sequence[Condition]) -> Iterable[tuple[dict[str, str], Totals]]:
    """The totals under every name that they may be asked for."""
    crossed: dict[tuple[str, ...], Totals] = {}
    for key, totals in _grouped(connection, where, CROSSED).items():
        for shown in itertools.product((True, False), repeat=len(CROSSED)):
            name = tuple(value if show else ALL for value, show in zip(key, shown, strict=True))
            crossed.setdefault(name, Counter()).update(totals)
    for name, totals in crossed.items():
        yield dict(zip(CROSSED, name, strict=True)), totals
    for dimension in ALONE:
        for (value,), totals in _grouped(connection, where, (dimension,)).items():
            yield {dimension: value}, totals


def _grouped(connection: sa.Connection, where: Sequence[Condition], by: Sequence[str]) -> dict[tuple[str, ...], Totals]:
    """Totals of the episodes of ``where`` by the values of ``by``; without any under (``*``,)."""
    source: sa.FromClause = outcome_episodes
    keys: list[sa.ColumnElement[Any]] = [E[name] if name != "article" else outcome_articles.c.article_id for name in by]
    if "article" in by:
        source = outcome_episodes.join(outcome_articles, outcome_articles.c.episode_id == E.id)
    here = [*where, *(key.is_not(None) for key in keys)]
    found: dict[tuple[str, ...], Totals] = {}

    def select(extra: Sequence[sa.ColumnElement[Any]], also: Condition | None, *more: sa.ColumnElement[Any]) -> Any:
        conditions = [*here, *([also] if also is not None else [])]
        query = sa.select(*keys, *more, *extra).select_from(source).where(*conditions)
        return connection.execute(query.group_by(*keys, *more) if (keys or more) else query)

    def into(row: Sequence[Any]) -> Totals:
        return found.setdefault(tuple(row[: len(keys)]) or (ALL,), Counter())

    for row in select([column for column, _ in COLUMNS], None):
        totals = into(row)
        for (_, names), value in zip(COLUMNS, row[len(keys) :], strict=True):
            if value:
                totals.update(dict.fromkeys(names, value))
    for tally, (condition, key) in TALLIES.items():
        for row in select([sa.func.count()], condition, key):
            into(row)[f"{tally}:{row[-2]}"] += row[-1]
    after = sa.cast(E.returned_at - E.first_ended_at, sa.BigInteger) // int(STEP)
    for row in select([sa.func.count()], sa.and_(OF_ENDED, E.returned == 1), after):
        into(row)[f"returned:{max(0, row[-2])}"] += row[-1]
    since = sa.cast(E.first_ended_at, sa.BigInteger) // int(STEP)
    for row in select([sa.func.count()], sa.and_(OF_ENDED, E.returned == 0), since):
        into(row)[f"watched:{row[-2]}"] += row[-1]
    return found


def _columns() -> dict[str, tuple[sa.ColumnElement[Any], list[str]]]:
    """What is counted and summed once each, with the totals that it goes into."""
    found: dict[str, tuple[sa.ColumnElement[Any], list[str]]] = {}

    def put(column: sa.ColumnElement[Any], name: str) -> None:
        found.setdefault(str(column.compile(compile_kwargs={"literal_binds": True})), (column, []))[1].append(name)

    for share in SHARES:
        put(_count(sa.and_(share.of, share.hits)), f"{share.name}/hits")
        put(_count(share.of), f"{share.name}/of")
    for name, *_ in MEANS:
        value = sa.case((OF_ELIGIBLE, E[name]), else_=None)
        put(sa.func.count(value), f"{name}/n")
        put(sa.func.sum(value), f"{name}/sum")
        put(sa.func.sum(value * value), f"{name}/squares")
    return found


def _count(condition: Condition) -> sa.ColumnElement[Any]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _joined(days: Sequence[str]) -> list[tuple[float, float]]:
    """Whole days as ranges of time; days side by side are one."""
    ranges: list[tuple[float, float]] = []
    for day in days:
        start = _start(day)
        if ranges and ranges[-1][1] == start:
            ranges[-1] = (ranges[-1][0], start + DAY)
        else:
            ranges.append((start, start + DAY))
    return ranges


def _start(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def _day_of(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _day_after(at: float) -> str:
    """The first day that begins at ``at`` or later."""
    return _day_of(-(-at // DAY) * DAY)


COLUMNS: Final = tuple(_columns().values())
