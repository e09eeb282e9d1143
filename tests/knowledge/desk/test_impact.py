"""Before publishing: which real questions would be answered otherwise, and nothing has changed by asking."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Depends, FastAPI

from knowledge.desk.routes import create_router
from knowledge.errors import NotFound
from knowledge.service import Knowledge
from tests.knowledge.conftest import page, publish
from tests.knowledge.desk.conftest import Conversations

pytestmark = pytest.mark.service

PARCELS, TENTS, DOGS = "parcels travel", "tents stand on flat ground", "may dogs come into the shop"


@pytest.fixture
async def asked(knowledge: Knowledge, conversations: Conversations) -> Knowledge:
    await publish(knowledge, "parcels", page())
    await publish(knowledge, "tents", page("Tents", "Tents stand on flat ground."))
    for number, question in enumerate((PARCELS, PARCELS, TENTS, DOGS)):
        await conversations.ask(question, f"c{number}")
    return knowledge


async def changes(knowledge: Knowledge, article_id: str, version: int | None = 0) -> list[tuple[str, str, int]]:
    report = await knowledge.desk.impact.of(article_id, version, days=30, limit=100)
    assert report.asked == 3
    return [(change.kind, change.question, change.times) for change in report.changes]


async def test_other_words_in_the_same_place(asked: Knowledge) -> None:
    before = asked.version
    await asked.editing.do_edit("parcels", page(body="Parcels travel for three days."), 1, "ed")
    report = await asked.desk.impact.of("parcels", 0, days=30, limit=100)
    (change,) = report.changes
    assert (change.kind, change.question, change.times, report.version) == ("other_words", PARCELS, 2, 2)
    assert (change.before.text, change.before.version) == ("Parcels travel for two days.", 1)
    assert (change.after.text, change.after.version) == ("Parcels travel for three days.", 2)
    assert asked.version == before
    assert asked.answerer.answer_now(PARCELS, audience="public").text == "Parcels travel for two days."
    await asked.editing.do_publish("parcels", 2, "ed")
    assert asked.answerer.answer_now(PARCELS, audience="public").text == change.after.text


async def test_a_draft_that_changes_nothing(asked: Knowledge) -> None:
    await asked.editing.do_edit("parcels", page(tags=("new",)), 1, "ed")
    assert await changes(asked, "parcels") == []


async def test_an_answer_lost_won_and_taken_over(asked: Knowledge) -> None:
    assert await changes(asked, "parcels", None) == [("lost", PARCELS, 2)]
    await asked.editing.do_create("dogs", page("Dogs", "Dogs may come into the shop."), "ed")
    assert await changes(asked, "dogs") == [("won", DOGS, 1)]
    await asked.editing.do_create("travel", page(PARCELS, f"{PARCELS}: for a week."), "ed")
    assert await changes(asked, "travel") == [("other_article", PARCELS, 2)]
    await asked.editing.do_edit(
        "tents", page("Tents", "## Stand\n\nTents stand on flat ground.\n\n## Fly\n\nTents fly in wind."), 1, "ed"
    )
    assert await changes(asked, "tents") == [("other_section", TENTS, 1)]


async def test_what_becomes_true_later_is_shown_as_of_then(asked: Knowledge) -> None:
    later = page(body="Parcels travel for three days.", effective_from="2026-12-01")
    await asked.editing.do_edit("parcels", later, 1, "ed")
    assert await changes(asked, "parcels") == [("other_words", PARCELS, 2)]


async def test_a_new_day_is_a_new_before(asked: Knowledge, conversations: Conversations) -> None:
    await asked.editing.do_edit("parcels", page(effective_until="2026-05-04"), 1, "ed")
    await asked.editing.do_publish("parcels", 2, "ed")
    await asked.editing.do_edit("parcels", page(), 2, "ed")
    assert await changes(asked, "parcels") == []
    conversations.clock.moment += timedelta(days=1)
    assert await changes(asked, "parcels") == [("won", PARCELS, 2)]


async def test_every_section_that_a_doubtful_answer_shows_counts(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    filler = " ".join(f"Filler words number {n} say nothing at all." for n in range(6))
    body = "## Step by step\n\nCare for the thing for {} minutes. " + f"{filler} {filler}"
    for minutes, name in enumerate(("tent", "pole", "bag", "lamp"), start=2):
        await publish(knowledge, name, page(name.capitalize(), body.format(minutes)))
    answer = await conversations.ask("step by step care for the thing for some minutes")
    assert (answer.sure, len(answer.citations)) == (False, 3)
    last = answer.citations[-1].article_id
    await knowledge.editing.do_edit(last, page(last.capitalize(), body.format(9)), 1, "ed")
    report = await knowledge.desk.impact.of(last, 0, days=30, limit=100)
    (change,) = report.changes
    assert (change.kind, change.before.text) == ("other_words", answer.text)
    await knowledge.editing.do_publish(last, 2, "ed")
    now = knowledge.answerer.answer_now(change.question, audience="public")
    assert (change.after.text, "9 minutes" in now.text) == (now.text, True)


async def test_the_section_that_states_what_is_asked_leads_in_an_effect_too(
    knowledge: Knowledge, conversations: Conversations
) -> None:
    body = (
        "## Send the parcel back with the label\n\nGlue it on top of the box.\n\n"
        "## The label\n\nTo send the parcel back with the label {}.\n"
    )
    await publish(knowledge, "labels", page("Labels", body.format("costs 3.90 EUR")))
    answer = await conversations.ask("how much is it to send the parcel back with the label")
    assert answer.citations[0].section == "The label"
    await knowledge.editing.do_edit("labels", page("Labels", body.format("is easy")), 1, "ed")
    (change,) = (await knowledge.desk.impact.of("labels", 0, days=30, limit=100)).changes
    assert (change.kind, change.before.section, change.before.text) == ("other_section", "The label", answer.text)
    await knowledge.editing.do_publish("labels", 2, "ed")
    now = knowledge.answerer.answer_now(change.question, audience="public")
    assert (change.after.section, change.after.text) == (now.citations[0].section, now.text)


async def test_follow_ups_and_old_questions_are_left_out(asked: Knowledge, conversations: Conversations) -> None:
    await conversations.ask("and how long?", "c9", history=["do parcels travel"])
    assert (await asked.desk.impact.of("parcels", None, days=30, limit=100)).asked == 3
    assert (await asked.desk.impact.of("parcels", None, days=30, limit=2)).asked == 2
    conversations.clock.moment = conversations.clock.moment.replace(year=2027)
    assert (await asked.desk.impact.of("parcels", None, days=30, limit=100)).asked == 0


async def test_of_nothing(asked: Knowledge) -> None:
    with pytest.raises(NotFound):
        await asked.desk.impact.of("nothing", 0, days=30, limit=100)
    with pytest.raises(NotFound):
        await asked.desk.impact.of("parcels", 9, days=30, limit=100)


async def test_customers_are_answered_while_an_editor_looks_at_an_effect(asked: Knowledge) -> None:
    done = threading.Event()
    try:
        looking = [asyncio.ensure_future(asked.desk_in_thread(lambda: done.wait(20))) for _ in range(3)]
        effect = asyncio.create_task(asked.desk.impact.of("parcels", 0, days=30, limit=100))
        async with asyncio.timeout(10):
            assert (await asked.answerer.answer(PARCELS, audience="public")).found
        assert not effect.done()
    finally:
        done.set()
    await asyncio.gather(effect, *looking)


async def test_an_effect_that_nobody_waits_for_is_not_looked_for(
    asked: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked.editing.do_edit("parcels", page(body="Parcels travel for three days."), 1, "ed")
    done = threading.Event()
    busy = asyncio.ensure_future(asked.desk_in_thread(lambda: done.wait(20)))
    searched: list[object] = []
    monkeypatch.setattr("knowledge.desk.impact._seen", lambda *given: searched.append(given))
    app, asked_for, left = FastAPI(), asyncio.Event(), asyncio.Event()
    app.include_router(create_router(asked.desk, lambda *_roles: Depends(lambda: None)))

    async def receive() -> MutableMapping[str, Any]:
        if asked_for.is_set():
            left.set()
            return {"type": "http.disconnect"}
        asked_for.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: MutableMapping[str, Any]) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/articles/parcels/impact", "query_string": b"", "headers": []}
    request = asyncio.create_task(app(scope, receive, send))
    async with asyncio.timeout(10):
        await left.wait()
    done.set()
    await asyncio.gather(request, busy)
    assert searched == []
