"""What the dashboard asks: figures, trends, the episodes behind each, and how one came to its outcome."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from eval.errors import Invalid, NotFound
from eval.live import insights, shares, store, vendors
from eval.live.keeper import Store
from eval.live.shares import DIMENSIONS, Condition, E, Period
from eval.metrics.catalogue import BY_NAME
from eval.outcomes.ledger import Entry
from eval.outcomes.model import DAY, moment
from eval.storage.tables import outcome_episodes

USUAL_DAYS = 30
OF_HANDOVERS = ("reason", "queue")
"""Asked of any hand-over of an episode, not of its first alone."""


class Outcomes:
    def __init__(self, database: Store, now: Callable[[], float]) -> None:
        self._database = database
        self.now = now

    def period(self, since: str | None, until: str | None, **dimensions: str | None) -> Period:
        """The last thirty days unless said otherwise. Raises ``Invalid``."""
        try:
            end = moment(until) if until else self.now() + 1
            start = moment(since) if since else end - USUAL_DAYS * DAY
        except ValueError as exc:
            raise Invalid("bad_time", "A time is wanted as in 2026-03-02T09:00:00Z.") from exc
        if start >= end:
            raise Invalid("bad_period", "The period ends before it begins.")
        return Period(start, end, **dimensions)

    async def summary(self, period: Period) -> dict[str, Any]:
        now = self.now()
        return await self._database.read(lambda connection: insights.summary(connection, period, now))

    async def trends(self, period: Period, by: str, metric: str, most: int) -> list[dict[str, Any]]:
        if by not in DIMENSIONS:
            raise Invalid("unknown_dimension", f"There are: {', '.join(DIMENSIONS)}.")
        if metric not in insights.SHARES:
            raise Invalid("unknown_metric", f"There are: {', '.join(insights.SHARES)}.")
        return await self._database.read(lambda connection: insights.trends(connection, period, by, metric, most))

    async def definitions(self, period: Period) -> list[dict[str, Any]]:
        return await self._database.read(lambda connection: insights.definitions(connection, period))

    async def disagreements(
        self, period: Period, name: str, side: vendors.Part, after: str | None, most: int
    ) -> tuple[list[sa.RowMapping], str | None]:
        """Episodes on which a definition and ours disagree, or all that it resolves or counts; newest first, and where
        the list goes on."""
        if name not in vendors.BITS:
            raise Invalid("unknown_definition", f"There are: {', '.join(vendors.BITS)}.")
        return await self._page(period, vendors.disagreements(name, side), after, most)

    async def episodes(
        self, period: Period, metric: str | None, part: str, fields: dict[str, str | None], after: str | None, most: int
    ) -> tuple[list[sa.RowMapping], str | None]:
        """Episodes, newest first, and where the list goes on. ``part``: ``hits``, ``others`` or ``all`` of a figure."""
        filters = [
            *_of_metric(metric, part),
            *shares.handed_over(reason=fields.get("reason"), queue=fields.get("queue")),
            *(_field(name, value) for name, value in fields.items() if name not in OF_HANDOVERS and value is not None),
        ]
        return await self._page(period, filters, after, most)

    async def _page(
        self, period: Period, filters: Sequence[Condition], after: str | None, most: int
    ) -> tuple[list[sa.RowMapping], str | None]:
        begin = _cursor(after)
        rows = await self._database.read(lambda c: insights.listing(c, period, filters, begin, most + 1))
        more = len(rows) > most
        return rows[:most], _told_cursor(rows[most - 1]) if more else None

    async def history(self, episode_id: str) -> tuple[sa.RowMapping, list[Entry]]:
        def work(connection: sa.Connection) -> tuple[sa.RowMapping | None, list[Entry]]:
            found = connection.execute(sa.select(outcome_episodes).where(E.id == episode_id)).mappings().first()
            return found, store.history(connection, episode_id)

        row, entries = await self._database.read(work)
        if row is None:
            raise NotFound("episode_not_found", "There is no such episode.")
        return row, entries


def _field(name: str, value: str) -> Condition:
    if name == "because":
        return shares.judged_because(value)
    if name == "judged" and value == "none":
        return E.judged.is_(None)
    return E[name] == value


def _of_metric(metric: str | None, part: str) -> Sequence[Condition]:
    if metric is None:
        return ()
    if metric not in BY_NAME:
        raise Invalid("unknown_metric", f"There are: {', '.join(BY_NAME)}.")
    figure = BY_NAME[metric]
    if part == "others":
        return (shares.of(figure), sa.not_(shares.hits(figure)))
    return (shares.hits(figure) if part == "hits" else shares.of(figure),)


def _cursor(text: str | None) -> tuple[float, str] | None:
    if text is None:
        return None
    try:
        opened_at, name = json.loads(base64.urlsafe_b64decode(text.encode()))
        return float(opened_at), str(name)
    except (ValueError, TypeError, binascii.Error) as exc:
        raise Invalid("bad_cursor", "That is not where this list goes on.") from exc


def _told_cursor(row: sa.RowMapping) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["opened_at"], row["id"]]).encode()).decode()
