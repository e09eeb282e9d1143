"""Articles as the desk lists them: filtered, searched, with their clocks.

Reads: articles, article_versions, article_history, article_schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from knowledge.clock import Clock, today
from knowledge.database import Database
from knowledge.desk.clocks import Due, Listed, Watched, dues, listed
from knowledge.errors import NotFound
from knowledge.store import Article
from knowledge.tables import article_history, article_schedule, article_versions, articles

DueFilter = Literal["review", "product_issue", "scheduled"]
_NAMES = [field.name for field in fields(Article)]
_WATCHED = [field.name for field in fields(Watched)]


class Listing:
    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self.zone = zone
        self._database = database
        self._clock = clock

    async def find(
        self, text: str = "", *, tag: str | None = None, due: DueFilter | None = None, **filters: str
    ) -> list[Listed]:
        """By id. ``filters`` are column values (state, audience, locale, owner)."""
        found = [one for one, _ in await self._rows(text, filters)]
        return [one for one in found if (tag is None or tag in one.tags) and (due is None or _is_due(one, due))]

    async def get(self, article_id: str) -> Listed:
        """Raises ``NotFound``."""
        for one, _ in await self._rows("", {"id": article_id}):
            return one
        raise NotFound("article_not_found", "There is no such article.", article_id=article_id)

    async def calendar(self, days: int) -> list[Due]:
        """What is late or due within ``days``, the most urgent first."""
        rows, day = await self._rows("", {}), self.today()
        found = [due for one, watched in rows for due in dues(one, watched, day, days, self.zone)]
        return sorted(found, key=lambda due: (-due.late_by_days, due.due_at, due.article.id))

    def today(self) -> date:
        """The company's day, by which texts become true, end and want to be read again."""
        return today(self._clock, self.zone)

    async def _rows(self, text: str, filters: dict[str, str]) -> list[tuple[Listed, Watched]]:
        now, day = self._clock.now(), self.today()
        return await self._database.read(lambda connection: list(_read(connection, text, filters, now, day)))


def _is_due(one: Listed, due: DueFilter) -> bool:
    if due == "review":
        return one.review_overdue
    return one.issue_breached if due == "product_issue" else one.scheduled_for is not None


def _read(
    connection: sa.Connection, text: str, filters: dict[str, str], now: datetime, today: date
) -> Iterator[tuple[Listed, Watched]]:
    """(article, what its clocks go by)."""
    published = (
        sa.select(article_history.c.article_id, sa.func.max(article_history.c.occurred_at).label("published_at"))
        .where(article_history.c.event.in_(("publish", "rollback")))
        .group_by(article_history.c.article_id)
        .subquery()
    )
    shown = article_versions.alias("shown")
    live = (shown.c.article_id == articles.c.id) & (shown.c.version == articles.c.published_version)
    newest = (article_versions.c.article_id == articles.c.id) & (
        article_versions.c.version == articles.c.latest_version
    )
    query = (
        sa.select(
            articles,
            article_versions.c.tags,
            article_versions.c.effective_until,
            article_versions.c.effective_from,
            shown.c.tags.label("shown_tags"),
            shown.c.review_by.label("shown_review_by"),
            shown.c.effective_until.label("shown_effective_until"),
            shown.c.effective_from.label("shown_effective_from"),
            published.c.published_at,
            article_schedule.c.publish_at,
        )
        .join(article_versions, newest)
        .outerjoin(shown, live)
        .outerjoin(published, published.c.article_id == articles.c.id)
        .outerjoin(article_schedule, article_schedule.c.article_id == articles.c.id)
        .order_by(articles.c.id)
    )
    for name, value in filters.items():
        query = query.where(articles.c[name] == value)
    for word in text.split():
        like = f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        places = (
            articles.c.id,
            articles.c.title,
            article_versions.c.body,
            article_versions.c.owner,
            sa.cast(article_versions.c.tags, sa.Text),
        )
        query = query.where(sa.or_(*(place.ilike(like, escape="!") for place in places)))
    for row in connection.execute(query).mappings():
        article = Article(**{name: row[name] for name in _NAMES})
        kind = "" if article.published_version is None else "shown_"
        watched = Watched(*(row[f"{kind}{name}"] for name in _WATCHED))
        yield listed(article, row["tags"], watched, row["published_at"], row["publish_at"], now, today), watched
