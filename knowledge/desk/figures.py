"""What came of the answers: per article and version, and of what people looked for.

Reads: questions_asked, article_feedback, articles, article_history. Counts only; shares are the reader's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from knowledge import store
from knowledge.clock import Clock, stamp
from knowledge.database import Database
from knowledge.desk.questions import q
from knowledge.tables import article_feedback, article_history, articles

LINES = 20
"""Queries that one list shows."""
READING = timedelta(minutes=30)
"""How long the results of a search may be looked at before it counts as left."""
SILENT = ("silence", "moved_on")

Searches = Literal["bot", "help", "all"]


@dataclass(frozen=True)
class Counts:
    """Answers and what came of them; ``repeat_contact`` and ``handed_over`` stand beside the outcome."""

    shown: int = 0
    solved: int = 0
    rejected: int = 0
    silence: int = 0
    open: int = 0
    handed_over: int = 0
    repeat_contact: int = 0
    helpful: int = 0
    not_helpful: int = 0


@dataclass(frozen=True)
class VersionCounts(Counts):
    version: int = 0
    published_at: str | None = None


@dataclass(frozen=True)
class ArticleCounts(Counts):
    article_id: str = ""
    title: str = ""


@dataclass(frozen=True)
class Line:
    query: str
    times: int
    not_found: int
    rejected: int
    abandoned: int
    last_asked_at: str
    article_id: str | None


@dataclass(frozen=True)
class SearchReport:
    days: int
    channel: str
    asked: int
    found: int
    not_found: int
    rejected: int
    abandoned: int
    top: list[Line]
    no_result: list[Line]
    most_rejected: list[Line]
    most_abandoned: list[Line]


class Figures:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_article(self, article_id: str, days: int) -> list[VersionCounts]:
        """Newest version first; versions that were never shown or published are left out. Raises ``NotFound``."""
        since = self._since(days)

        def work(connection: sa.Connection) -> list[VersionCounts]:
            store.get_article(connection, article_id)
            counts = _counts(connection, since, article_id)
            published = _published(connection, article_id)
            versions = sorted({version for _, version in counts} | set(published), reverse=True)
            return [
                VersionCounts(**counts[article_id, one], version=one, published_at=published.get(one))
                for one in versions
            ]

        return await self._database.read(work)

    async def of_all(self, days: int) -> list[ArticleCounts]:
        """Articles that were shown or judged, the most rejected first."""
        since = self._since(days)

        def work(connection: sa.Connection) -> list[ArticleCounts]:
            titles = {row.id: row.title for row in connection.execute(sa.select(articles.c.id, articles.c.title))}
            sums: dict[str, Counter[str]] = defaultdict(Counter)
            for (article_id, _), counts in _counts(connection, since).items():
                sums[article_id].update(counts)
            found = [
                ArticleCounts(**total, article_id=article_id, title=titles.get(article_id, article_id))
                for article_id, total in sums.items()
            ]
            return sorted(found, key=lambda one: (-one.rejected, -one.shown, one.article_id))

        return await self._database.read(work)

    async def searches(self, days: int, channel: Searches) -> SearchReport:
        """Questions and searches by their wording."""
        conditions = [q.asked_at >= self._since(days)]
        conditions.append(q.channel != "desk" if channel == "all" else q.channel == channel)
        columns = (q.question, q.found, q.outcome, q.channel, q.rejected_at, q.asked_at, q.article_id, q.handed_over_at)
        query = sa.select(*columns).where(*conditions).order_by(q.id)
        rows = await self._database.read(lambda connection: list(connection.execute(query).mappings()))
        grouped: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            grouped[" ".join(row["question"].casefold().split())].append(row)
        over = stamp(self._clock.now() - READING)
        lines = [_line(group, over) for group in grouped.values()]
        return SearchReport(
            days=days,
            channel=channel,
            asked=len(rows),
            found=sum(row["found"] for row in rows),
            not_found=sum(not row["found"] for row in rows),
            rejected=sum(line.rejected for line in lines),
            abandoned=sum(line.abandoned for line in lines),
            top=_most(lines, "times"),
            no_result=_most(lines, "not_found"),
            most_rejected=_most(lines, "rejected"),
            most_abandoned=_most(lines, "abandoned"),
        )

    def _since(self, days: int) -> str:
        return stamp(self._clock.now() - timedelta(days=days))


def _counts(
    connection: sa.Connection, since: str, article_id: str | None = None
) -> dict[tuple[str, int], dict[str, int]]:
    """(article, version) to the fields of ``Counts``. Only answers that reached a customer of the bot are counted, each
    for the article that it cites first."""
    silent = q.outcome.in_(SILENT)
    sums = {
        "shown": sa.func.count(),
        "solved": _sum(q.outcome == "solved"),
        "rejected": _sum(q.rejected_at.is_not(None) & (q.outcome != "solved")),
        "silence": _sum(silent),
        "open": _sum(q.outcome == "open"),
        "handed_over": _sum(q.handed_over_at.is_not(None)),
        "repeat_contact": _sum(q.repeated_at.is_not(None)),
    }
    shown = [q.channel == "bot", q.found, q.shown_at.is_not(None), q.asked_at >= since]
    judged = [article_feedback.c.day >= since[:10]]
    if article_id is not None:
        shown.append(q.article_id == article_id)
        judged.append(article_feedback.c.article_id == article_id)
    found: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    query = sa.select(q.article_id, q.version, *(value.label(name) for name, value in sums.items()))
    for row in connection.execute(query.where(*shown).group_by(q.article_id, q.version)).mappings():
        found[row["article_id"], row["version"]].update({name: int(row[name]) for name in sums})
    helped = _sum(article_feedback.c.helpful)
    query = sa.select(
        article_feedback.c.article_id, article_feedback.c.version, sa.func.count().label("all"), helped.label("yes")
    )
    grouped = query.where(*judged).group_by(article_feedback.c.article_id, article_feedback.c.version)
    for row in connection.execute(grouped).mappings():
        key = (row["article_id"], row["version"])
        found[key].update(helpful=int(row["yes"]), not_helpful=int(row["all"] - row["yes"]))
    return found


def _sum(condition: sa.ColumnElement[bool] | sa.Column[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _published(connection: sa.Connection, article_id: str) -> dict[int, str]:
    query = (
        sa.select(article_history.c.version, sa.func.max(article_history.c.occurred_at).label("at"))
        .where(article_history.c.article_id == article_id, article_history.c.event.in_(("publish", "rollback")))
        .group_by(article_history.c.version)
    )
    return {row.version: row.at for row in connection.execute(query)}


def _line(group: Sequence[Any], over: str) -> Line:
    last = group[-1]
    return Line(
        query=last["question"],
        times=len(group),
        not_found=sum(not row["found"] for row in group),
        rejected=sum(row["rejected_at"] is not None for row in group),
        abandoned=sum(_abandoned(row, over) for row in group),
        last_asked_at=last["asked_at"],
        article_id=last["article_id"] if last["found"] else None,
    )


def _abandoned(row: Any, over: str) -> bool:
    """A search from before ``over`` whose results nobody opened; a question to the bot after whose missing answer
    nothing followed."""
    if row["channel"] == "help":
        return bool(row["outcome"] == "open" and row["asked_at"] <= over)
    return not row["found"] and row["outcome"] == "silence"


def _most(lines: Iterable[Line], name: str) -> list[Line]:
    chosen = [line for line in lines if getattr(line, name)]
    return sorted(chosen, key=lambda line: (-getattr(line, name), line.query))[:LINES]
