"""The editor's work beside the articles, opened as one: what was asked, gaps, effects, figures, the calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from knowledge.answer import Answerer
from knowledge.catalogue import Catalogue
from knowledge.clock import Clock, today
from knowledge.database import Database
from knowledge.desk import gap_store, questions, quotes
from knowledge.desk.figures import Figures
from knowledge.desk.gap_rules import GapRules
from knowledge.desk.gaps import Gaps
from knowledge.desk.impact import Impact
from knowledge.desk.listing import Listing
from knowledge.desk.readers import Readers
from knowledge.desk.usage import AskedAnswerer, Usage
from knowledge.editing import Editing, Prepare
from knowledge.embeddings import SentenceEmbeddings
from knowledge.retrieve import Retriever
from knowledge.settings import KnowledgeSettings
from knowledge.tables import article_history

GENERATION, DAY = "gaps-generation", "gaps-day"
"""What the gaps were last looked at with, among ``feed_positions``."""


@dataclass(frozen=True)
class AuditLine:
    """Who did what to an article or a gap."""

    occurred_at: str
    actor: str
    event: str
    article_id: str | None
    version: int | None
    gap_id: int | None
    note: str


class EditorsDesk:
    """``asked`` answers as the answerer does and keeps the questions. ``publish_due`` and ``round`` run over and over
    in the process that owns the index, each in a loop of its own: what waits for its hour waits for no gap."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: KnowledgeSettings,
        catalogue: Catalogue,
        embeddings: SentenceEmbeddings,
        retriever: Retriever,
        answerer: Answerer,
        editing: Editing,
        prepare: Prepare,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        aside: Callable[[Callable[[], Any]], Awaitable[Any]],
        ingest: Callable[[Collection[str]], Awaitable[None]],
    ) -> None:
        """``aside`` runs what may take long: not in the threads that answer customers."""
        self._database = database
        self._ingest = ingest
        self._clock = clock
        self._catalogue = catalogue
        self._editing = editing
        self._zone = settings.zone
        self._every = settings.refresh_every.total_seconds()
        self._reconsidered: dict[str, int] | None = None
        rules = GapRules()
        self.listing = Listing(database, clock, settings.zone)
        self.figures = Figures(database, clock)
        self.readers = Readers(database, clock)
        self.usage = Usage(database, clock, embeddings, in_thread, rules, settings.default_locale)
        self.asked = AskedAnswerer(answerer, self.usage.record)
        self.gaps = Gaps(database, clock, editing, answerer, aside, settings.zone)
        self.impact = Impact(database, clock, catalogue, embeddings, retriever, answerer, prepare, aside, settings.zone)

    async def audit(self, limit: int) -> list[AuditLine]:
        """The newest first."""

        def work(connection: sa.Connection) -> list[AuditLine]:
            query = sa.select(article_history).order_by(article_history.c.id.desc()).limit(limit)
            lines = [
                AuditLine(row.occurred_at, row.actor, row.event, row.article_id, row.version, None, row.note)
                for row in connection.execute(query)
            ]
            lines += [
                AuditLine(one.occurred_at, one.actor, one.event, one.article_id, one.version, one.gap_id, one.note)
                for one in gap_store.recent_history(connection, limit)
            ]
            return sorted(lines, key=lambda line: line.occurred_at, reverse=True)[:limit]

        return await self._database.read(work)

    async def forget(self, conversation_ids: Iterable[str]) -> int:
        """Erase what these conversations asked, and the lines of articles that quote them; how many questions.

        What says that a line quotes them goes last: after a failure half way the same call does the rest.
        """
        ids = list(conversation_ids)
        quoting = await self._database.write(lambda connection: quotes.scrub(connection, ids))
        if quoting:
            await self._ingest(quoting)
        await self._database.write(lambda connection: quotes.drop(connection, ids))
        return await self.usage.forget(ids)

    async def publish_due(self) -> None:
        """Publish what has waited for its hour."""
        await self._editing.publish_due()
        # Not wait_for nor the clock's sleep: tests hold the clock still.
        await asyncio.sleep(self._every)

    async def round(self) -> None:
        """Look at the gaps again when what answers has changed: by a publish, or on a day from which or until which a
        text is true."""
        await self.readers.tidy()
        current = {GENERATION: self._catalogue.live.generation, DAY: today(self._clock, self._zone).toordinal()}
        if self._reconsidered is None:  # what an earlier process has seen to
            self._reconsidered = await self._database.read(
                lambda connection: {name: questions.position(connection, name) for name in current}
            )
        if current != self._reconsidered:
            await self.gaps.reconsider()

            def looked(connection: sa.Connection) -> None:
                for name, to in current.items():
                    questions.move_on(connection, name, to)

            await self._database.write(looked)
            self._reconsidered = current
        await asyncio.sleep(self._every)
