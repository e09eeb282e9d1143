"""What waits for its hour, what is late, and how the desk finds it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from knowledge.clock import stamp
from knowledge.desk.clocks import PRODUCT_ISSUE, UPDATE_WITHIN
from knowledge.errors import BadArticle, EditConflict, NotFound, WrongState
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from tests.knowledge.conftest import HandClock, WordEncoder, ask, page, publish
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

ED, LIZ = "ed@example.test", "liz@example.test"


async def events(knowledge: Knowledge, article_id: str) -> list[str]:
    return [line["event"] for line in await knowledge.editing.history(article_id)]


async def test_a_planned_version_appears_at_its_hour(knowledge: Knowledge, clock: HandClock) -> None:
    await knowledge.editing.do_create("parcels", page(), ED)
    await knowledge.editing.do_schedule("parcels", 1, "2026-05-04T16:00:00+02:00", ED, "Sale")
    (listed,) = await knowledge.desk.listing.find(due="scheduled")
    assert (listed.state, listed.scheduled_for) == ("draft", "2026-05-04T14:00:00.000Z")
    clock.moment = datetime(2026, 5, 4, 13, 59, 59, tzinfo=UTC)
    assert await knowledge.editing.publish_due() == []
    clock.moment = datetime(2026, 5, 4, 14, 0, 0, tzinfo=UTC)
    await eventually("the version answers", lambda: ask(knowledge, "parcels travel") == ["parcels"])
    assert (await knowledge.desk.listing.get("parcels")).scheduled_for is None
    history = await knowledge.editing.history("parcels")
    assert [(line["event"], line["actor"]) for line in history] == [("edit", ED), ("schedule", ED), ("publish", ED)]


async def test_a_version_for_a_later_day_leaves_the_one_before_answering(
    knowledge: Knowledge, clock: HandClock
) -> None:
    await publish(knowledge, "parcels", page(body="Parcels travel for two days."))
    await publish(knowledge, "parcels", page(body="Parcels travel for three days.", effective_from="2026-06-01"))
    assert knowledge.answerer.answer_now("parcels travel", audience="public").text == "Parcels travel for two days."
    assert (await knowledge.desk.listing.get("parcels")).scheduled_for == "2026-06-01T00:00:00.000Z"
    clock.moment = datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)

    def changed() -> bool:
        text = knowledge.answerer.answer_now("parcels travel", audience="public").text
        return text == "Parcels travel for three days."

    await eventually("the new version answers from its day", changed)


async def test_what_is_planned_waits_for_no_gap(
    knowledge: Knowledge, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of questions that are asked again must not hold a sale back."""
    asking, never = asyncio.Event(), asyncio.Event()

    async def long() -> list[int]:
        asking.set()
        await never.wait()
        return []

    monkeypatch.setattr(knowledge.desk.gaps, "reconsider", long)
    await publish(knowledge, "tents", page("Tents", "Tents stand."))
    await asking.wait()
    await knowledge.editing.do_create("parcels", page(), ED)
    await knowledge.editing.do_schedule("parcels", 1, stamp(clock.moment + timedelta(hours=1)), ED)
    clock.moment += timedelta(hours=2)
    await eventually("the version answers", lambda: "parcels" in ask(knowledge, "parcels travel"))


async def test_what_was_planned_before_a_restart_goes_out_after_it(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await knowledge.editing.do_create("parcels", page(), ED)
        await knowledge.editing.do_schedule("parcels", 1, stamp(clock.moment + timedelta(hours=1)), ED)
    clock.moment += timedelta(hours=2)
    async with open_knowledge(settings, clock, encoder, model="words") as knowledge:
        await eventually("the version answers", lambda: ask(knowledge, "parcels travel") == ["parcels"])
        assert await events(knowledge, "parcels") == ["edit", "schedule", "publish"]


async def test_a_version_for_a_later_day_goes_out_when_the_companys_day_begins(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> None:
    vienna = settings.model_copy(update={"timezone": "Europe/Vienna"})
    async with open_knowledge(vienna, clock, encoder, model="words") as knowledge:
        await publish(knowledge, "parcels", page(review_by="2026-05-31"))
        await publish(knowledge, "parcels", page(body="Other words.", effective_from="2026-06-01"))
        assert (await knowledge.desk.listing.get("parcels")).scheduled_for == "2026-05-31T22:00:00.000Z"
        clock.moment = datetime(2026, 5, 31, 21, 59, tzinfo=UTC)
        assert await knowledge.desk.listing.find(due="review") == []
        assert [due.late_by_days for due in await knowledge.desk.listing.calendar(1)] == [0, -1]
        clock.moment = datetime(2026, 5, 31, 22, 1, tzinfo=UTC)
        assert [one.id for one in await knowledge.desk.listing.find(due="review")] == ["parcels"]


def test_a_zone_that_is_none_is_refused(settings: KnowledgeSettings) -> None:
    with pytest.raises(ValidationError, match="no time zone"):
        KnowledgeSettings(**{**settings.model_dump(), "timezone": "Mars/Base"})


@pytest.mark.parametrize("by", ["edit", "archive", "publish", "hand"])
async def test_a_plan_is_taken_back_by(knowledge: Knowledge, clock: HandClock, by: str) -> None:
    editing = knowledge.editing
    await editing.do_create("parcels", page(), ED)
    await editing.do_schedule("parcels", 1, stamp(clock.moment + timedelta(hours=1)), ED)
    if by == "edit":
        await editing.do_edit("parcels", page(body="Other words."), 1, LIZ)
    elif by == "archive":
        await editing.do_archive("parcels", 1, LIZ)
    elif by == "publish":
        await editing.do_publish("parcels", 1, LIZ)
    else:
        await editing.do_unschedule("parcels", LIZ)
        with pytest.raises(WrongState):
            await editing.do_unschedule("parcels", LIZ)
    assert ("unschedule" in await events(knowledge, "parcels")) == (by != "publish")
    clock.moment += timedelta(hours=2)
    assert await editing.publish_due() == []


@pytest.mark.parametrize("moment", ["tomorrow", "2026-05-05", "2026-05-05T09:00:00", "2026-05-04T11:00:00Z", ""])
async def test_a_moment_that_cannot_be_is_refused(knowledge: Knowledge, moment: str) -> None:
    await knowledge.editing.do_create("parcels", page(), ED)
    with pytest.raises(BadArticle, match="publish_at"):
        await knowledge.editing.do_schedule("parcels", 1, moment, ED)
    assert await events(knowledge, "parcels") == ["edit"]


async def test_only_the_newest_version_of_an_article_is_planned(knowledge: Knowledge, clock: HandClock) -> None:
    await knowledge.editing.do_create("parcels", page(), ED)
    await knowledge.editing.do_edit("parcels", page(body="Other words."), 1, LIZ)
    later = stamp(clock.moment + timedelta(hours=1))
    for name, version, problem in (("parcels", 1, EditConflict), ("parcels", 3, NotFound), ("no", 1, NotFound)):
        with pytest.raises(problem):
            await knowledge.editing.do_schedule(name, version, later, ED)
    assert await events(knowledge, "parcels") == ["edit", "edit"]


async def test_the_product_issue_clock(knowledge: Knowledge, clock: HandClock) -> None:
    start = clock.moment
    await publish(knowledge, "lamp", page("Lamp", "The lamp may fail.", tags=(PRODUCT_ISSUE,)))
    await publish(knowledge, "parcels", page())
    lamp = await knowledge.desk.listing.get("lamp")
    assert (lamp.issue_due_at, lamp.issue_breached) == (stamp(start + UPDATE_WITHIN), False)
    assert (await knowledge.desk.listing.get("parcels")).issue_due_at is None
    clock.moment = start + UPDATE_WITHIN + timedelta(seconds=1)
    (late,) = await knowledge.desk.listing.find(due="product_issue")
    assert (late.id, late.issue_breached) == ("lamp", True)
    (due,) = await knowledge.desk.listing.calendar(0)
    assert (due.kind, due.late_by_days, due.article.id) == ("product_issue", 0, "lamp")
    await publish(knowledge, "lamp", page("Lamp", "The lamp is repaired.", tags=(PRODUCT_ISSUE,)))
    assert await knowledge.desk.listing.find(due="product_issue") == []
    await knowledge.editing.do_archive("lamp", 2, ED)
    assert (await knowledge.desk.listing.get("lamp")).issue_due_at is None


async def test_the_review_calendar(knowledge: Knowledge, clock: HandClock) -> None:
    await publish(knowledge, "late", page(review_by="2026-05-01"))
    await publish(knowledge, "soon", page(review_by="2026-05-20", effective_until="2026-05-10"))
    await publish(knowledge, "far", page(review_by="2027-05-01"))
    await publish(knowledge, "gone", page(review_by="2026-05-01"))
    await knowledge.editing.do_archive("gone", 1, ED)
    found = await knowledge.desk.listing.calendar(30)
    assert [(due.article.id, due.kind, due.late_by_days) for due in found] == [
        ("late", "review", 3),
        ("soon", "expires", -6),
        ("soon", "review", -16),
    ]
    assert [one.id for one in await knowledge.desk.listing.find(due="review")] == ["late"]


async def test_a_draft_stops_no_clock_of_what_customers_read(knowledge: Knowledge, clock: HandClock) -> None:
    watched = page("Lamp", "It may fail.", tags=(PRODUCT_ISSUE,), review_by="2026-05-06", effective_until="2026-05-09")
    await publish(knowledge, "lamp", watched)
    await knowledge.editing.do_edit("lamp", page("Lamp", "It holds.", review_by="2028-01-01"), 1, ED)
    await publish(knowledge, "tent", page("Tent", "Tents stand."))
    marked = page("Tent", "Tents fall.", tags=(PRODUCT_ISSUE,), review_by="2026-05-01", effective_until="2026-05-02")
    await knowledge.editing.do_edit("tent", marked, 1, ED)
    await knowledge.editing.do_create("new", page(review_by="2026-05-01"), ED)
    clock.moment += timedelta(days=4)
    found = [(due.article.id, due.kind) for due in await knowledge.desk.listing.calendar(30)]
    assert found == [("new", "review"), ("lamp", "review"), ("lamp", "product_issue"), ("lamp", "expires")]
    assert [one.id for one in await knowledge.desk.listing.find(due="review")] == ["lamp", "new"]
    assert [one.id for one in await knowledge.desk.listing.find(due="product_issue")] == ["lamp"]
    assert (await knowledge.desk.listing.get("lamp")).review_by == "2026-05-06"
    await knowledge.editing.do_publish("lamp", 2, ED)
    assert (await knowledge.desk.listing.get("lamp")).issue_due_at is None


async def test_articles_are_found_by_words_fields_and_tags(knowledge: Knowledge) -> None:
    await publish(knowledge, "parcels", page(body="Parcels travel for 100% two days.", tags=("delivery",)))
    await publish(knowledge, "tents", page("Tents", "Tents stand.", audience="agent"))

    async def find(text: str = "", **filters: str) -> list[str]:
        return [one.id for one in await knowledge.desk.listing.find(text, **filters)]

    assert await find() == ["parcels", "tents"]
    assert await find("PARCELS two") == ["parcels"]
    assert await find("deliv") == ["parcels"]
    assert await find("100% two") == ["parcels"]
    assert await find("0%two") == []
    assert await find(tag="delivery") == ["parcels"]
    assert await find(audience="agent") == ["tents"]
    assert await find("' OR 1=1 --") == []
