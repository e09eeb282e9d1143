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

from eval.live import vendors
from eval.live.shares import OF_ELIGIBLE, OF_ENDED, OF_MATURED, Condition, E, Period, hits, of, reason_of
from eval.metrics import effort
from eval.metrics.catalogue import CATALOGUE, Figure, Number, Share
from eval.metrics.facts import STEP
from eval.outcomes.model import DAY
from eval.storage.tables import (
    outcome_articles,
    outcome_contacts,
    outcome_due,
    outcome_episodes,
    outcome_handovers,
    outcome_totals,
)

Totals = Counter[str]
"""``<share>/hits``, ``<share>/of``, ``vendor/<name>/…`` (``vendors.columns``), ``<number>=:<value>``,
``<tally>:<key>``, ``asked:<effort index>/<hardness>``, ``returned:<tenths of a day>``
after the first contact and ``watched:<tenths of a day>`` since 1970 for those that have not come back."""
STEPS_A_DAY: Final = round(DAY / STEP)
ALL: Final = "*"
CROSSED: Final = ("version", "intent", "channel")
"""Asked for together in any combination; the others only by themselves."""
ALONE: Final = ("resolver", "queue", "article")
T = outcome_totals.c
OF_SILENCE: Final = (OF_MATURED, E.silent == 1, E.judged.is_not(None))
TALLIES: Final[dict[str, tuple[Condition, sa.ColumnElement[Any]]]] = {
    "counts": (OF_ELIGIBLE, E.status + "/" + E.evidence),
    "excluded": (E.eligible == 0, E.exclusion),
    "intents": (OF_ELIGIBLE, E.intent),
    "judged": (sa.and_(*OF_SILENCE), E.judged),
}
H = outcome_handovers.c
OF_HANDOVERS: Final[dict[str, sa.ColumnElement[Any]]] = {"reasons": H.reason, "queues": H.queue}
"""Counted once an episode each, however many hand-overs it had."""


def gather(
    connection: sa.Connection, period: Period, by: str | None = None, only: Figure | None = None
) -> dict[str, Totals]:
    """Totals of a period by the values of a dimension; all under ``*`` where ``by`` is None. ``only``: what is needed;
    the rest may be left out."""
    wanted: dict[str, str | None] = {**({by: None} if by not in (None, "day") else {}), **period.named()}
    if not _kept_so(wanted):
        return _counted(connection, period, by, [(period.since, period.until)], only)
    first, last = _day_after(period.since), _day_of(period.until)
    if first >= last:
        return _counted(connection, period, by, [(period.since, period.until)], only)
    query = sa.select(outcome_due.c.day).where(outcome_due.c.day >= first, outcome_due.c.day < last)
    due = sorted(connection.execute(query).scalars())
    found = _added_up(connection, wanted, by, (first, last), due, only)
    ranges = [(period.since, _start(first)), *_joined(due), (_start(last), period.until)]
    for key, totals in _counted(connection, period, by, [each for each in ranges if each[0] < each[1]], only).items():
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
    connection: sa.Connection,
    wanted: dict[str, str | None],
    by: str | None,
    days: tuple[str, str],
    due: Sequence[str],
    only: Figure | None,
) -> dict[str, Totals]:
    where: list[Condition] = [T.day >= days[0], T.day < days[1], T.day.not_in(due)]
    for name in (*CROSSED, *ALONE):
        value = wanted.get(name, ALL)
        where.append(T[name] != ALL if value is None else T[name] == value)
    key = sa.literal(ALL) if by is None else T[by]
    if only is not None:  # two numbers of many: the database finds them faster than thousands of documents are read
        names = [f"{only.name}/hits", f"{only.name}/of"]
        sums = [sa.func.sum(T.totals[name].as_integer()) for name in names]
        query = sa.select(key, *sums).where(*where)
        rows = connection.execute(query.group_by(key) if by is not None else query)
        return {row[0]: Counter({name: int(n or 0) for name, n in zip(names, row[1:], strict=True)}) for row in rows}
    found: dict[str, Totals] = {}
    for name, totals in connection.execute(sa.select(key, T.totals).where(*where)):
        found.setdefault(name, Counter()).update(totals)
    return found


def _counted(
    connection: sa.Connection,
    period: Period,
    by: str | None,
    ranges: Sequence[tuple[float, float]],
    only: Figure | None,
) -> dict[str, Totals]:
    if not ranges:
        return {}
    within = sa.or_(*(sa.and_(E.opened_at >= since, E.opened_at < until) for since, until in ranges))
    where, keys = [within, *period.of_dimensions()], (by,) if by else ()
    found = _grouped(connection, where, keys) if only is None else _Counting(connection, where, keys).shares(only)
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
    counting = _Counting(connection, where, by)
    counting.shares()
    counting.tallies()
    counting.numbers()
    counting.definitions()
    return counting.found


class _Counting:
    def __init__(self, connection: sa.Connection, where: Sequence[Condition], by: Sequence[str]) -> None:
        self.found: dict[tuple[str, ...], Totals] = {}
        self._connection = connection
        self._source: sa.FromClause = outcome_episodes
        self._keys: list[sa.ColumnElement[Any]] = [
            E[name] if name != "article" else outcome_articles.c.article_id for name in by
        ]
        if "article" in by:
            self._source = outcome_episodes.join(outcome_articles, outcome_articles.c.episode_id == E.id)
        self._where = [*where, *(key.is_not(None) for key in self._keys)]

    def shares(self, only: Figure | None = None) -> dict[tuple[str, ...], Totals]:
        """Hits and denominators of every share, or of one."""
        columns = COLUMNS if only is None else tuple(_columns([only]).values())
        query = self._select(*(column for column, _ in columns))
        for row in self._connection.execute(query.group_by(*self._keys) if self._keys else query):
            totals = self._into(row)
            for (_, names), value in zip(columns, row[len(self._keys) :], strict=True):
                if value:
                    totals.update(dict.fromkeys(names, value))
        return self.found

    def tallies(self) -> None:
        for tally, (condition, key) in TALLIES.items():
            query = self._select(key, sa.func.count()).where(condition)
            self._tally(tally, query.group_by(*self._keys, key))
        joined = self._source.join(outcome_handovers, H.episode_id == E.id)
        for tally, key in OF_HANDOVERS.items():
            query = self._select(key, sa.func.count(sa.distinct(E.id)), source=joined)
            self._tally(tally, query.where(OF_ELIGIBLE, key.is_not(None)).group_by(*self._keys, key))
        for row in self._connection.execute(self._select(E.judge).where(*OF_SILENCE)):
            for reason in {reason_of(words) for words in row[-1]["because"]}:
                self._into(row)[f"silences:{reason}"] += 1

    def numbers(self) -> None:
        """How often each value came, and the returns: a row an episode, for most values come once or twice."""
        known = [(figure.name, sa.case((of(figure), E[figure.field]))) for figure in NUMBERS]
        back, since = sa.case((OF_ENDED, E.back_after)), sa.case((OF_ENDED, E.first_ended_at))
        answers = [sa.case((OF_ELIGIBLE, column)) for column in (E.effort, E.ces7, E.ces5)]
        for row in self._connection.execute(self._select(*(value for _, value in known), *answers, back, since)):
            totals, values = self._into(row), row[len(self._keys) :]
            for (name, _), value in zip(known, values, strict=False):
                if value is not None:
                    totals[f"{name}=:{value:.4g}"] += 1
            index, ces7, ces5 = values[-5:-2]
            if (hard := effort.hardness(ces7, ces5)) is not None:
                totals[f"asked:{index:.1f}/{hard}"] += 1
            if values[-2] is not None:
                totals[f"returned:{round(values[-2] / STEP)}"] += 1
            elif values[-1] is not None:
                totals[f"watched:{round(values[-1] / STEP)}"] += 1

    def definitions(self) -> None:
        """Contacts under others' definitions. An episode's contacts are counted on its day, so each episode once."""
        known = vendors.columns()
        joined = self._source.join(outcome_contacts, outcome_contacts.c.episode_id == E.id)
        query = self._select(*(column for _, column in known), source=joined)
        for row in self._connection.execute(query.group_by(*self._keys) if self._keys else query):
            values = zip(known, row[len(self._keys) :], strict=True)
            self._into(row).update({name: int(value) for (name, _), value in values if value})

    def _select(self, *columns: sa.ColumnElement[Any], source: sa.FromClause | None = None) -> sa.Select[Any]:
        query = sa.select(*self._keys, *columns).select_from(self._source if source is None else source)
        return query.where(*self._where)

    def _tally(self, name: str, query: sa.Select[Any]) -> None:
        for row in self._connection.execute(query):
            self._into(row)[f"{name}:{row[-2]}"] += row[-1]

    def _into(self, row: Sequence[Any]) -> Totals:
        return self.found.setdefault(tuple(row[: len(self._keys)]) or (ALL,), Counter())


def part(totals: Totals, name: str) -> list[tuple[str, int]]:
    """The keys of a tally, of a number's values or of the returns, with how many there are."""
    return [(key.partition(":")[2], int(n)) for key, n in totals.items() if key.startswith(f"{name}:")]


def _columns(figures: Sequence[Figure]) -> dict[str, tuple[sa.ColumnElement[Any], list[str]]]:
    """What is counted once each, with the totals that it goes into."""
    found: dict[str, tuple[sa.ColumnElement[Any], list[str]]] = {}

    def put(column: sa.ColumnElement[Any], name: str) -> None:
        found.setdefault(str(column.compile(compile_kwargs={"literal_binds": True})), (column, []))[1].append(name)

    for figure in figures:
        if isinstance(figure, Share):
            put(_count(hits(figure)), f"{figure.name}/hits")
            put(_count(of(figure)), f"{figure.name}/of")
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


COLUMNS: Final = tuple(_columns(CATALOGUE).values())
NUMBERS: Final = tuple(each for each in CATALOGUE if isinstance(each, Number))
