"""What the desk counts: per version of an article, per wording, and what readers of the help pages say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from handoff.http import install_error_handlers
from knowledge.desk.readers import ANSWERED_PER_MINUTE, PER_MINUTE, SEARCHES_PER_MINUTE
from knowledge.errors import KnowledgeError, NotFound
from knowledge.service import Knowledge
from knowledge.tables import article_feedback, visitor_keys
from tests.knowledge.conftest import HandClock, page, publish
from tests.knowledge.desk.conftest import Conversations
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

PARCELS = "parcels travel"


@pytest.fixture
async def reader(knowledge: Knowledge) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app, KnowledgeError)
    app.include_router(knowledge.help_router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        yield client


async def test_each_version_has_its_own_figures(knowledge: Knowledge, conversations: Conversations) -> None:
    await publish(knowledge, "parcels", page())
    await conversations.ask(PARCELS, "c1")
    await conversations.feedback("not_solved", "c1")
    await conversations.event("handoff.requested", "c1", 10)
    await publish(knowledge, "parcels", page(body="Parcels travel for three days."))
    for name, told in (("c2", "solved"), ("c3", "solved"), ("c4", "not_solved")):
        await conversations.ask(PARCELS, name)
        await conversations.feedback(told, name)
    await conversations.ask(PARCELS, "c5")
    await conversations.event("conversation.closed", "c5")
    await conversations.ask(PARCELS, "c6")
    new, old = await knowledge.desk.figures.of_article("parcels", 30)
    assert (new.version, new.shown, new.solved, new.rejected, new.silence, new.open) == (2, 5, 2, 1, 1, 1)
    assert (old.version, old.shown, old.solved, old.rejected, old.handed_over) == (1, 1, 0, 1, 1)
    assert new.published_at is not None
    (total,) = await knowledge.desk.figures.of_all(30)
    assert (total.article_id, total.title, total.shown, total.rejected) == ("parcels", "Parcels", 6, 2)
    with pytest.raises(NotFound):
        await knowledge.desk.figures.of_article("nothing", 30)


async def test_what_people_looked_for(
    knowledge: Knowledge, conversations: Conversations, reader: httpx.AsyncClient, clock: HandClock
) -> None:
    await publish(knowledge, "parcels", page())
    await conversations.ask(PARCELS, "c1")
    await conversations.feedback("not_solved", "c1")
    await conversations.ask(f"  {PARCELS.upper()} ", "c2")
    found = await reader.get("/help/", params={"q": PARCELS})
    await reader.get("/help/", params={"q": "where is my aunt buried"})
    await reader.get("/help/", params={"q": "where is jo@example.test buried"})
    (link, *_) = re.findall(r'href="(/help/parcels[^"]*)"', found.text)
    assert (await reader.get(link)).status_code == 200
    clock.moment += timedelta(minutes=29)
    assert (await knowledge.desk.figures.searches(30, "all")).abandoned == 0, "they are still being read"
    clock.moment += timedelta(minutes=2)
    report = await knowledge.desk.figures.searches(30, "all")
    assert (report.asked, report.found, report.not_found, report.rejected, report.abandoned) == (5, 3, 2, 1, 2)
    assert [(line.query.casefold(), line.times) for line in report.top[:1]] == [(PARCELS, 3)]
    assert [line.query for line in report.no_result] == ["where is [e-mail] buried", "where is my aunt buried"]
    assert [line.rejected for line in report.most_rejected] == [1]
    assert "where is [e-mail] buried" in [line.query for line in report.most_abandoned]
    assert (await knowledge.desk.figures.searches(30, "bot")).asked == 2
    # Both questions are one gap; which of them names it is the nearest to their middle, so a matter of rounding.
    titles = {gap.title for gap in await knowledge.desk.gaps.find("open")}
    assert titles & {"where is my aunt buried", "where is [e-mail] buried"}


async def test_was_this_helpful_counts_once_a_visitor_and_day(
    knowledge: Knowledge, reader: httpx.AsyncClient, clock: HandClock
) -> None:
    await publish(knowledge, "parcels", page())
    form = re.search(r'<form class="helpful" action="([^"]+)" method="post">', (await reader.get("/help/parcels")).text)
    assert form is not None
    for helpful in ("yes", "yes", "no"):
        thanks = await reader.post(form.group(1), data={"helpful": helpful})
        assert (thanks.status_code, "Thank you" in thanks.text) == (200, True)
    await reader.post(form.group(1), data={"helpful": "yes"}, headers={"user-agent": "another browser"})
    clock.moment += timedelta(days=1)
    await reader.post(form.group(1), data={"helpful": "yes"})
    (figures,) = await knowledge.desk.figures.of_article("parcels", 30)
    assert (figures.helpful, figures.not_helpful) == (2, 1)

    def kept(connection: sa.Connection) -> tuple[list[str], list[str]]:
        days = list(connection.scalars(sa.select(visitor_keys.c.day)))
        return days, list(connection.scalars(sa.select(article_feedback.c.visitor)))

    async def only_todays_key() -> bool:
        return (await knowledge._database.read(kept))[0] == ["2026-05-05"]

    await eventually("yesterday's key is gone", only_todays_key)
    _, visitors = await knowledge._database.read(kept)
    assert len(set(visitors)) == 3
    assert not [visitor for visitor in visitors if "127" in visitor and "." in visitor]


async def test_a_search_that_did_not_help_is_a_gap(knowledge: Knowledge, reader: httpx.AsyncClient) -> None:
    await publish(knowledge, "parcels", page())
    found = await reader.get("/help/", params={"q": PARCELS})
    (token,) = set(re.findall(r"/help/parcels\?s=([\w-]+)", found.text))
    opened = await reader.get(f"/help/parcels?s={token}")
    assert f'name="s" value="{token}"' in opened.text
    await reader.post("/help/parcels/feedback", data={"helpful": "no", "s": token})
    (gap,) = await knowledge.desk.gaps.find()
    assert (gap.title, gap.rejected, gap.conversations) == (PARCELS, 1, 0)


@pytest.mark.parametrize(
    ("path", "data", "headers", "status"),
    [
        ("/help/nothing/feedback", {"helpful": "yes"}, {}, 404),
        ("/help/parcels/feedback", {"helpful": "maybe"}, {}, 422),
        ("/help/parcels/feedback", {}, {}, 422),
        ("/help/parcels/feedback", {"helpful": "yes"}, {"sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_feedback_that_is_not_counted(
    knowledge: Knowledge,
    reader: httpx.AsyncClient,
    path: str,
    data: dict[str, str],
    headers: dict[str, str],
    status: int,
) -> None:
    await publish(knowledge, "parcels", page())
    assert (await reader.post(path, data=data, headers=headers)).status_code == status
    (figures,) = await knowledge.desk.figures.of_article("parcels", 30)
    assert (figures.helpful, figures.not_helpful) == (0, 0)


@pytest.mark.parametrize(
    "forged", ["1", "1-", "one", "1-" + "0" * 32, "1" * 400, "²-x", "1-é", "\x00", "%00", "2-{seal}", "1-{seal}x"]
)
async def test_nobody_speaks_about_the_search_of_another(
    knowledge: Knowledge, reader: httpx.AsyncClient, forged: str
) -> None:
    await publish(knowledge, "parcels", page())
    found = await reader.get("/help/", params={"q": PARCELS})
    await reader.get("/help/", params={"q": PARCELS})
    (token,) = set(re.findall(r"/help/parcels\?s=([\w-]+)", found.text))
    token = forged.format(seal=token.partition("-")[2])
    opened = await reader.get("/help/parcels", params={"s": token})
    assert (opened.status_code, 'name="s"' in opened.text) == (200, False)
    assert (await reader.post("/help/parcels/feedback", data={"helpful": "no", "s": token})).status_code == 200
    assert (await knowledge.desk.figures.searches(30, "help")).rejected == 0
    assert await knowledge.desk.gaps.find() == []


async def test_a_search_is_its_visitors_and_of_its_day(
    knowledge: Knowledge, reader: httpx.AsyncClient, clock: HandClock
) -> None:
    await publish(knowledge, "parcels", page())
    found = await reader.get("/help/", params={"q": PARCELS})
    (token,) = set(re.findall(r"/help/parcels\?s=([\w-]+)", found.text))
    said = {"helpful": "no", "s": token}
    await reader.post("/help/parcels/feedback", data=said, headers={"user-agent": "another browser"})
    clock.moment += timedelta(days=1)
    await reader.post("/help/parcels/feedback", data=said)
    assert (await knowledge.desk.figures.searches(30, "help")).rejected == 0
    (figures,) = await knowledge.desk.figures.of_article("parcels", 30)
    assert figures.not_helpful == 2


async def test_too_much_at_once_from_one_address_is_refused(knowledge: Knowledge, reader: httpx.AsyncClient) -> None:
    await publish(knowledge, "parcels", page())
    answers = [
        await reader.post(
            "/help/parcels/feedback", data={"helpful": "yes"}, headers={"user-agent": f"browser {number}"}
        )
        for number in range(PER_MINUTE + 1)
    ]
    assert [answer.status_code for answer in answers] == [200] * PER_MINUTE + [429]
    assert [answer.headers.get("retry-after") for answer in answers] == [None] * PER_MINUTE + ["60"]


async def test_searches_without_end_are_answered_and_not_kept(knowledge: Knowledge, reader: httpx.AsyncClient) -> None:
    await publish(knowledge, "parcels", page())
    for number in range(SEARCHES_PER_MINUTE + 5):
        found = await reader.get("/help/", params={"q": PARCELS}, headers={"user-agent": f"browser {number}"})
        assert "/help/parcels" in found.text
    assert "?s=" not in found.text
    assert (await knowledge.desk.figures.searches(30, "help")).asked == SEARCHES_PER_MINUTE


async def test_searches_that_keep_others_waiting_are_refused(knowledge: Knowledge, reader: httpx.AsyncClient) -> None:
    await publish(knowledge, "parcels", page())
    for number in range(ANSWERED_PER_MINUTE):
        assert (await reader.get("/api/v1/help/search", params={"q": f"{number}"})).status_code == 200
    refused = await reader.get("/api/v1/help/search", params={"q": PARCELS})
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "too_many", "60")
    found = await reader.get("/help/", params={"q": PARCELS})
    assert (found.status_code, "/help/parcels" in found.text) == (429, False)
    assert found.headers["retry-after"] == "60"
    assert (await reader.get("/help/parcels")).status_code == 200


async def test_a_search_for_nothing_that_can_be_kept(knowledge: Knowledge, reader: httpx.AsyncClient) -> None:
    await publish(knowledge, "parcels", page())
    assert "All articles" in (await reader.get("/help/?q=%00")).text
    assert "/help/parcels" in (await reader.get("/help/?q=%00parcels%00travel&locale=%00")).text
    assert (await reader.get("/help/%00")).status_code == 404


async def test_former_addresses_lead_on(knowledge: Knowledge, reader: httpx.AsyncClient) -> None:
    await publish(knowledge, "parcels", page(redirect_from=("post", "mail")))
    moved = await reader.get("/help/post")
    assert (moved.status_code, moved.headers["location"]) == (308, "/help/parcels")
    await knowledge.editing.do_archive("parcels", 1, "ed")
    assert (await reader.get("/help/post")).status_code == 404
