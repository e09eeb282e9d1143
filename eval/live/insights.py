"""The dashboard's figures from the kept episodes, by a few aggregates; definitions as in ``eval.metrics``.

Each figure names the condition of its denominator and of its hits, so that a click lists just the episodes behind it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from eval.intents import Z95, wilson
from eval.metrics import survival
from eval.metrics.figures import ENDED, MATURED, WAIT_TARGET
from eval.outcomes.model import DAY, RETURN_DAYS
from eval.storage.tables import outcome_articles, outcome_episodes

E = outcome_episodes.c
Condition = sa.ColumnElement[bool]
DIMENSIONS: Final = ("day", "version", "intent", "channel", "article", "resolver", "queue")


@dataclass(frozen=True)
class Period:
    """Episodes opened from ``since`` up to ``until`` (seconds since 1970), and only those of each named dimension."""

    since: float
    until: float
    version: str | None = None
    intent: str | None = None
    channel: str | None = None
    article: str | None = None

    def conditions(self) -> list[Condition]:
        found: list[Condition] = [E.opened_at >= self.since, E.opened_at < self.until]
        for name in ("version", "intent", "channel"):
            wanted = getattr(self, name)
            if wanted is not None:
                found.append(E[name] == wanted)
        if self.article is not None:
            cited = sa.select(outcome_articles.c.episode_id).where(outcome_articles.c.article_id == self.article)
            found.append(E.id.in_(cited))
        return found


@dataclass(frozen=True)
class Share:
    """``target``: (share, "at least" or "at most") of good service practice."""

    name: str
    title: str
    hits: Condition
    of: Condition
    denominator: str
    target: tuple[float, str] | None = None


_MATURED = sa.and_(E.eligible == 1, E.matured == 1)
_ENDED = sa.and_(E.eligible == 1, E.ended == 1)
_ELIGIBLE = E.eligible == 1


def _matured(name: str, title: str, hits: Condition, target: tuple[float, str] | None = None) -> Share:
    return Share(name, title, hits, _MATURED, MATURED, target)


SHARES: Final = (
    _matured("resolution", "Resolution rate", E.proven == 1),
    *(
        _matured(f"resolution_{who}", f"Resolved by {who}", sa.and_(E.proven == 1, E.resolver == who))
        for who in ("bot", "assisted", "human")
    ),
    _matured("silence", "Band of silence", E.silent == 1),
    Share("confirmation", "Confirmation rate", E.confirmed == 1, sa.and_(_MATURED, E.reached == 1),
          "matured eligible episodes in which somebody answered"),
    _matured("fcr", "First contact resolution", sa.and_(E.proven == 1, E.one_contact == 1), (0.70, "at least")),
    _matured("repeat", "Claimed, and came back within 7 days", E.status == "repeat", (0.15, "at most")),
    _matured("false_resolution", "False resolutions", E.status == "false_resolution", (0.0, "at most")),
    _matured("unresolved", "Unresolved", E.status == "unresolved"),
    _matured("abandonment", "Abandoned", E.status == "abandoned"),
    _matured("declined", "Declined by policy", E.status == "declined_by_policy"),
    Share("deflection", "Deflection", E.person_took_part == 0, _ENDED, ENDED),
    Share("containment", "Containment", sa.and_(E.person_took_part == 0, E.person_asked == 0), _ENDED, ENDED),
    Share("handover", "Handed over", E.person_asked == 1, _ELIGIBLE, "eligible episodes"),
    Share("queue_abandonment", "Left before a person came", E.left_queue == 1, sa.and_(_ELIGIBLE, E.person_asked == 1),
          "eligible episodes that were handed over"),
    Share("reask", "Asked again for what they had told", E.asked_again == 1, sa.and_(_ELIGIBLE, E.served == 1),
          "handed over and answered by a colleague", (0.0, "at most")),
    Share("packet_enough", "The packet was enough", E.packet_enough == 1, sa.and_(_ELIGIBLE, E.packet_judged == 1),
          "handed over, and the colleague said whether it was"),
    Share("answered_in_time", f"Answered within {WAIT_TARGET:.0f} s", E.wait <= WAIT_TARGET,
          sa.and_(_ELIGIBLE, E.served == 1), "handed over and answered by a colleague"),
    Share("survey_response", "Surveys answered", E.survey_answered == 1, sa.and_(_ELIGIBLE, E.survey_offered == 1),
          "eligible episodes that were asked"),
    Share("ces7_easy", "CES 2.0, answered 5 to 7", E.ces7 >= 5, sa.and_(_ELIGIBLE, E.ces7.is_not(None)),
          "eligible episodes that answered"),
    Share("csat", "CSAT, 4 or 5", E.csat >= 4, sa.and_(_ELIGIBLE, E.csat.is_not(None)),
          "eligible episodes that answered", (0.85, "at least")),
    Share("routine_in_48h", "Resolved within 48 h, of those resolved on proof", E.to_resolution <= 2 * DAY,
          sa.and_(_MATURED, E.to_resolution.is_not(None)), "matured episodes resolved on proof", (0.80, "at least")),
)  # fmt: skip
BY_NAME: Final = {each.name: each for each in SHARES}
MEANS: Final = (
    ("ces7", "CES 2.0, mean", "points 1 to 7, 7 = easy", None),
    ("ces5", "CES, five points", "points 1 to 5, 1 = easy", (2.0, "at most")),
    ("csat", "CSAT, mean", "points 1 to 5", None),
    ("effort", "Effort index from behaviour", "0 to 100", None),
    ("wait", "Wait for a colleague", "seconds", None),
    ("to_resolution", "Time to resolution", "seconds", None),
)
CURVE_STEP: Final = DAY / 10
CURVE_DAYS: Final = 14


def summary(connection: sa.Connection, period: Period, now: float) -> dict[str, Any]:
    where = period.conditions()
    return {
        "metrics": [*shares(connection, where), *means(connection, where)],
        "counts": _tally(connection, [*where, _ELIGIBLE], E.status + "/" + E.evidence),
        "excluded": _tally(connection, [*where, E.eligible == 0], E.exclusion),
        "handover_reasons": _tally(connection, [*where, _ELIGIBLE, E.reason.is_not(None)], E.reason),
        "queues": _tally(connection, [*where, _ELIGIBLE, E.queue.is_not(None)], E.queue),
        "contact_drivers": _tally(connection, [*where, _ELIGIBLE], E.intent)[:20],
        "repeat_curve": repeat_curve(connection, where, now),
    }


def shares(connection: sa.Connection, where: Sequence[Condition]) -> list[dict[str, Any]]:
    columns: list[sa.ColumnElement[Any]] = []
    for each in SHARES:
        columns += [_count(sa.and_(each.of, each.hits)), _count(each.of)]
    row = list(connection.execute(sa.select(*columns).where(*where)).one())
    return [_share(each, int(row[2 * at] or 0), int(row[2 * at + 1] or 0)) for at, each in enumerate(SHARES)]


def means(connection: sa.Connection, where: Sequence[Condition]) -> list[dict[str, Any]]:
    columns: list[sa.ColumnElement[Any]] = []
    for name, *_ in MEANS:
        value = E[name]
        columns += [sa.func.count(value), sa.func.sum(value), sa.func.sum(value * value)]
    row = list(connection.execute(sa.select(*columns).where(*where, _ELIGIBLE)).one())
    found = []
    for at, (name, title, unit, target) in enumerate(MEANS):
        n, total, squares = int(row[3 * at] or 0), float(row[3 * at + 1] or 0), float(row[3 * at + 2] or 0)
        mean = total / n if n else None
        bounds = None
        if mean is not None and n > 1:
            reach = Z95 * math.sqrt(max(0.0, squares - n * mean * mean) / (n - 1) / n)
            bounds = [mean - reach, mean + reach]
        found.append(_figure(f"{name}_mean", title, mean, bounds, n, n, unit, "eligible episodes with a value", target))
    return found


def repeat_curve(connection: sa.Connection, where: Sequence[Condition], now: float) -> list[dict[str, Any]]:
    """The survival curve to the tenth of a day. What has been watched for less is censored."""
    until = sa.func.coalesce(E.returned_at, now)
    step = sa.cast(until - E.first_ended_at, sa.BigInteger) // int(CURVE_STEP)
    most = int(CURVE_DAYS * DAY / CURVE_STEP) + 1
    capped = sa.case((step > most, most), else_=step).label("step")
    query = sa.select(capped, E.returned, sa.func.count()).where(*where, _ENDED).group_by(capped, E.returned)
    durations: list[float] = []
    returned: list[bool] = []
    for at, back, count in connection.execute(query):
        durations += [max(0, at) * CURVE_STEP / DAY] * count
        returned += [bool(back) and at < most] * count
    points = survival.curve(durations, returned)
    days = sorted({0, *RETURN_DAYS, *(day for day in range(CURVE_DAYS + 1))})
    return [{**survival.at(points, day)._asdict(), "days": day} for day in days]


def trends(connection: sa.Connection, period: Period, by: str, metric: str, most: int) -> list[dict[str, Any]]:
    """One share for each value of a dimension: days in order, all else by how many episodes there are."""
    share = BY_NAME[metric]
    source: sa.FromClause = outcome_episodes
    key: sa.ColumnElement[Any] = E[by] if by != "article" else outcome_articles.c.article_id
    if by == "article":
        source = outcome_episodes.join(outcome_articles, outcome_articles.c.episode_id == E.id)
    n = _count(share.of)
    query = (
        sa.select(key.label("key"), _count(sa.and_(share.of, share.hits)), n)
        .select_from(source)
        .where(*period.conditions(), key.is_not(None))
        .group_by(key)
        .order_by(key.desc() if by == "day" else n.desc())
        .limit(most)
    )
    rows = [{"key": key, **_share(share, int(hits or 0), int(of or 0))} for key, hits, of in connection.execute(query)]
    return rows[::-1] if by == "day" else rows


def listing(
    connection: sa.Connection, period: Period, filters: Sequence[Condition], after: tuple[float, str] | None, most: int
) -> list[sa.RowMapping]:
    """Episodes, the newest first, after the one that ``after`` (opened_at, id) names."""
    query = sa.select(outcome_episodes).where(*period.conditions(), *filters)
    if after is not None:
        query = query.where(sa.or_(E.opened_at < after[0], sa.and_(E.opened_at == after[0], E.id < after[1])))
    query = query.order_by(E.opened_at.desc(), E.id.desc()).limit(most)
    return list(connection.execute(query).mappings())


def _count(condition: Condition) -> sa.ColumnElement[Any]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _tally(connection: sa.Connection, where: Sequence[Condition], key: sa.ColumnElement[Any]) -> list[dict[str, Any]]:
    query = sa.select(key, sa.func.count()).where(*where).group_by(key).order_by(sa.func.count().desc(), key)
    return [{"key": str(name), "n": n} for name, n in connection.execute(query)]


def _share(share: Share, hits: int, of: int) -> dict[str, Any]:
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
