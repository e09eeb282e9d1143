"""Versions that wait for their hour, and ids that lead elsewhere: SQL beside ``knowledge.store``.

Reads and writes: article_schedule. Reads: articles, article_versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from knowledge.tables import article_schedule, article_versions, articles


@dataclass(frozen=True)
class Planned:
    article_id: str
    version: int
    publish_at: str
    actor: str
    note: str


def put(connection: sa.Connection, planned: Planned) -> None:
    """Plan it, in place of what was planned for the article before."""
    drop(connection, planned.article_id)
    connection.execute(article_schedule.insert().values(**vars(planned)))


def drop(connection: sa.Connection, article_id: str) -> bool:
    """Whether anything was planned."""
    done = connection.execute(article_schedule.delete().where(article_schedule.c.article_id == article_id))
    return bool(done.rowcount)


def find(connection: sa.Connection, article_id: str) -> Planned | None:
    """What is planned for the article."""
    query = sa.select(article_schedule).where(article_schedule.c.article_id == article_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else Planned(**row)


def due(connection: sa.Connection, now: str) -> list[Planned]:
    """What should have been published by ``now``, the longest waiting first."""
    query = sa.select(article_schedule).where(article_schedule.c.publish_at <= now)
    ordered = query.order_by(article_schedule.c.publish_at, article_schedule.c.article_id)
    return [Planned(**row) for row in connection.execute(ordered).mappings()]


def redirects(connection: sa.Connection, *, published: bool) -> Iterator[tuple[str, str]]:
    """(former id, article) of the published versions, or of the newest ones of all that are not archived."""
    version = articles.c.published_version if published else articles.c.latest_version
    mine = (article_versions.c.article_id == articles.c.id) & (article_versions.c.version == version)
    query = sa.select(articles.c.id, article_versions.c.redirect_from).join(article_versions, mine)
    for row in connection.execute(query.where(articles.c.state != "archived").order_by(articles.c.id)):
        for former in row.redirect_from:
            yield former, row.id


def redirect_target(connection: sa.Connection, former: str) -> str | None:
    """The published article that a former id leads to."""
    return next((article for name, article in redirects(connection, published=True) if name == former), None)
