"""Where something of a customer may lie outside the log's database: questions, the quality desk, mails.

The business system keeps its own records; what the law has a company keep stays there and is named in the report.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from actions.backend.mail import list_mails
from actions.backend.port import Backend
from actions.errors import BackendUnavailable, NotFound
from eval.storage import tables as quality
from handoff.privacy.service import OtherStore, Subject
from handoff.storage.database import Database, create_engine, scrub
from knowledge.service import Knowledge
from stack.settings import Settings


def other_stores(
    settings: Settings, knowledge: Knowledge, database: Database, backend: Backend
) -> Sequence[OtherStore]:
    return (
        Questions(knowledge, settings),
        QualityNotes(database),
        Outcomes(database),
        Mails(settings.paths.mail, backend),
        BusinessRecords(backend),
    )


class Questions:
    """What was asked of the knowledge base, the gaps that came of it, and what drafts quote of it."""

    name = "questions"

    def __init__(self, knowledge: Knowledge, settings: Settings) -> None:
        self._knowledge = knowledge
        self._own_file = "" if settings.database_url else knowledge.settings.database_url

    async def export(self, _subject: Subject) -> Any:
        """The questions stand in the log already, with their answers."""
        return []

    async def erase(self, subject: Subject) -> int:
        gone = await self._knowledge.desk.forget(subject.conversation_ids)
        if self._own_file:
            await asyncio.to_thread(_scrub, self._own_file)
        return gone


class QualityNotes:
    """Analysts' words about a conversation: they may quote the customer."""

    name = "quality_notes"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, subject: Subject) -> Any:
        """``text`` and ``created_at`` of each comment and of each note beside a judgement, oldest first."""
        comments, reviews = quality.qa_comments.c, quality.qa_reviews.c
        query = sa.union_all(
            sa.select(comments.text, comments.created_at).where(comments.conversation_id.in_(subject.conversation_ids)),
            sa.select(reviews.note, reviews.finished_at).where(_noted(subject)),
        ).order_by("created_at")
        return await self._database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])

    async def erase(self, subject: Subject) -> int:
        def work(connection: sa.Connection) -> int:
            ids = subject.conversation_ids
            comments = sa.delete(quality.qa_comments).where(quality.qa_comments.c.conversation_id.in_(ids))
            notes = sa.update(quality.qa_reviews).where(_noted(subject)).values(note="")
            return sum(int(connection.execute(statement).rowcount) for statement in (comments, notes))

        return await self._database.write(work)


def _noted(subject: Subject) -> sa.ColumnElement[bool]:
    """Judgements of their conversations that have a note. The judgement itself stays: it is about the assistant."""
    samples = sa.select(quality.qa_samples.c.id).where(
        quality.qa_samples.c.conversation_id.in_(subject.conversation_ids)
    )
    return sa.and_(quality.qa_reviews.c.sample_id.in_(samples), quality.qa_reviews.c.note != "")


class Outcomes:
    """What the evaluation keeps: whose episodes they were, and scenarios that were made of what the customer wrote."""

    name = "outcomes"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, subject: Subject) -> Any:
        mine = quality.made_scenarios.c.conversation_id.in_(subject.conversation_ids)
        query = sa.select(quality.made_scenarios.c.yaml, quality.made_scenarios.c.made_at).where(mine)
        return await self._database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])

    async def erase(self, subject: Subject) -> int:
        """Episodes are nobody's from then on. Judged again before the log is erased, they would be named once more:
        the worker judges what changes, and an erasure changes every conversation."""
        made, episodes = quality.made_scenarios, quality.outcome_episodes

        def work(connection: sa.Connection) -> int:
            gone = connection.execute(sa.delete(made).where(made.c.conversation_id.in_(subject.conversation_ids)))
            if subject.customer_id is None:
                return int(gone.rowcount)
            for table in (episodes, quality.outcome_contacts):
                mine = sa.update(table).where(table.c.person == f"customer {subject.customer_id}")
                connection.execute(mine.values(person="conversation " + table.c.conversation_id))
            return int(gone.rowcount)

        return await self._database.write(work)


class Mails:
    """Mails in ``var/mail`` to the customer's address: the one on record and those they gave."""

    name = "mails"

    def __init__(self, folder: Path, backend: Backend) -> None:
        self._folder = folder
        self._backend = backend

    async def export(self, subject: Subject) -> Any:
        addresses = await self._addresses(subject)
        mails = await asyncio.to_thread(list_mails, self._folder)
        return [{k: v for k, v in mail.items() if k != "code"} for mail in mails if mail["to"].lower() in addresses]

    async def erase(self, subject: Subject) -> int:
        return await asyncio.to_thread(self._remove, await self._addresses(subject))

    async def _addresses(self, subject: Subject) -> frozenset[str]:
        record = await _record(self._backend, subject.customer_id)
        on_record = {record.email} if record is not None else set()
        return frozenset(address.lower() for address in {*subject.addresses, *on_record} if address)

    def _remove(self, addresses: frozenset[str]) -> int:
        gone = 0
        for path in list(self._folder.glob("mail_*.json")):
            if json.loads(path.read_text("utf-8"))["to"].lower() in addresses:
                path.with_suffix(".txt").unlink(missing_ok=True)
                path.unlink()
                gone += 1
        return gone


class BusinessRecords:
    """Orders and the account: shown with the rest, never erased here."""

    name = "business_records"

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def export(self, subject: Subject) -> Any:
        record = await _record(self._backend, subject.customer_id)
        if record is None:
            return []
        orders = await self._backend.orders(record.id)
        plain = {"customer": asdict(record), "orders": [asdict(order) for order in orders]}
        return json.loads(json.dumps(plain, default=str))

    async def erase(self, _subject: Subject) -> int:
        return 0


async def _record(backend: Backend, customer_id: str | None) -> Any:
    """The customer as the business system knows them; ``None`` where it does not, or cannot say."""
    if customer_id is None:
        return None
    try:
        return await backend.customer(customer_id)
    except (BackendUnavailable, NotFound):
        return None


def _scrub(url: str) -> None:
    engine = create_engine(url)
    try:
        scrub(engine)
    finally:
        engine.dispose()
