"""The editor's work on each kind of database: one walk through everything that is SQL."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from knowledge.clock import stamp
from knowledge.database import Database
from knowledge.desk import questions
from knowledge.desk.questions import Asked
from knowledge.service import open_knowledge
from knowledge.settings import KnowledgeSettings
from knowledge.tables import gap_history, gaps
from tests.knowledge.conftest import HandClock, WordEncoder, page, publish, step_back
from tests.knowledge.desk.conftest import Conversations

pytestmark = pytest.mark.service

ED = "ed@example.test"


async def test_a_walk(database_url: str, settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder) -> None:
    own = settings.model_copy(update={"database_url": database_url})
    async with open_knowledge(own, clock, encoder, model="words") as knowledge:
        desk, conversations = knowledge.desk, Conversations(knowledge, clock)
        await publish(knowledge, "parcels", page(tags=("delivery",), redirect_from=("post",), review_by="2026-05-01"))
        for name, told in (("c1", "solved"), ("c2", "not_solved")):
            await conversations.ask("parcels travel", name, customer="cus_1")
            await conversations.feedback(told, name)
        await conversations.ask("may dogs come in", "c3")
        await conversations.ask("may dogs come in", "c4")
        await conversations.event("handoff.requested", "c4")
        (figures,) = await desk.figures.of_article("parcels", 30)
        assert (figures.shown, figures.solved, figures.rejected, figures.repeat_contact) == (2, 1, 1, 1)
        await desk.readers.judge("parcels", 1, await desk.readers.visitor("::1", "browser"), helpful=True)
        assert [one.helpful for one in await desk.figures.of_all(30)] == [1]
        assert (await desk.figures.searches(30, "all")).not_found == 2
        assert [one.id for one in await desk.listing.find("DELIV", due="review")] == ["parcels"]
        assert await knowledge.editing.redirect_target("post") == "parcels"
        dogs, parcels = await desk.gaps.find()
        assert (dogs.count, parcels.rejected) == (2, 1)
        _, article, _ = await desk.gaps.do_draft(dogs.id, ED)
        await knowledge.editing.do_edit(article.id, page("Dogs", "May dogs come in: yes."), 1, ED)
        await knowledge.editing.do_schedule(article.id, 2, stamp(clock.moment + timedelta(minutes=1)), ED)
        report = await desk.impact.of(article.id, 0, days=30, limit=10)
        assert [(change.kind, change.times) for change in report.changes] == [("won", 2)]
        clock.moment += timedelta(minutes=2)
        await knowledge.editing.publish_due()
        await desk.gaps.reconsider()
        assert [gap.closed_by for gap in await desk.gaps.find("closed")] == [article.id]
        assert await desk.usage.forget(["c1", "c2", "c3", "c4"]) == 4
        assert [gap.count for gap in await desk.gaps.find()] == [0]
        assert {"publish", "draft", "resolve", "schedule"} <= {line.event for line in await desk.audit(50)}


def test_merges_of_earlier_days_lose_the_words_that_they_named(database_url: str) -> None:
    database = Database(database_url)

    def before(connection: sa.Connection) -> None:
        values = {"state": "open", "title": "", "audience": "public", "locale": "en", "centre": b"", "count": 0}
        moments = {"first_at": "", "last_at": "", "updated_at": ""}
        (gap_id,) = connection.execute(sa.insert(gaps).values(**values, **moments)).inserted_primary_key or ()
        for event, note in (("merge", "With gap 7: may my aunt: Jo come in"), ("close", "Answered: by hand.")):
            line = {"gap_id": gap_id, "event": event, "actor": ED, "note": note, "occurred_at": ""}
            connection.execute(sa.insert(gap_history).values(**line))
        step_back(connection, "0003")

    database.open()
    database.write_now(before)
    database.close()
    database.open()
    notes = database.read_now(
        lambda connection: connection.scalars(sa.select(gap_history.c.note).order_by(gap_history.c.id)).all()
    )
    database.close()
    assert notes == ["With gap 7.", "Answered: by hand."]


def test_questions_of_earlier_days_are_sure_where_their_confidence_said_so(database_url: str) -> None:
    database = Database(database_url)
    told = (("bot", True, 0.9), ("bot", True, 0.5), ("bot", False, 0.9), ("help", True, 0.9))

    def before(connection: sa.Connection) -> None:
        for channel, found, confidence in told:
            vector = np.ones(2, dtype=np.float32)
            questions.insert(connection, Asked(channel, "", vector, "public", "en", found, confidence, ""))  # type: ignore[arg-type]
        step_back(connection, "0006")

    database.open()
    database.write_now(before)
    database.close()
    database.open()
    kept = database.read_now(lambda connection: questions.select(connection, questions.q.id > 0))
    database.close()
    assert [one.sure for one in kept] == [True, False, False, False]
