"""Asked once, at the right moment, never while something promised is open; answered once, in range."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from handoff.contract.events import ConversationClosed, PromiseKept
from handoff.conversations.log import LogWriter
from handoff.episodes import rules as episodes
from handoff.queue.gauges import RESPONSE_RATE, measure
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, ScriptedBot, result
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


def offers(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == "survey.offered"]


async def solved(desk: Desk) -> tuple[Customer, str]:
    """A customer who said that it is solved, and the episode that they are asked about."""
    customer = await desk.open("mara")
    await customer.say("where is it")
    await customer.until_text("You said")
    assert (await customer.post("feedback", {"kind": "solved"})).status_code == 202
    [offer] = offers(await customer.events())
    return customer, offer["data"]["episode_id"]


def answer(episode_id: str, **more: Any) -> dict[str, Any]:
    return {"kind": "survey", "episode_id": episode_id, "ces": 6, **more}


async def test_who_may_not(desk: Desk) -> None:
    customer, episode = await solved(desk)
    url = f"/api/v1/conversations/{customer.id}/feedback"
    assert (await desk.client.post(url, json=answer(episode))).status_code == 401
    other = await desk.open("jonas")
    refused = await desk.client.post(url, json=answer(episode), headers=other.headers)
    assert refused.status_code == 404
    theirs = await other.post("feedback", answer(episode))
    assert (theirs.status_code, theirs.json()["code"]) == (404, "survey_not_offered")


async def test_asked_after_solved_and_answered_once(desk: Desk) -> None:
    customer, episode = await solved(desk)
    first = await customer.post("feedback", answer(episode, csat=5, comment="quick"))
    assert first.status_code == 202
    again = await customer.post("feedback", answer(episode, csat=5, comment="quick"))
    assert again.json() == first.json()
    other = await customer.post("feedback", answer(episode, csat=1))
    assert (other.status_code, other.json()["code"]) == (409, "survey_answered")
    [event] = [e for e in await customer.events() if e["type"] == "survey.answered"]
    assert event["data"] == {"episode_id": episode, "form": "ces7", "ces": 6, "csat": 5, "comment": "quick"}
    await customer.post("feedback", {"kind": "solved"})
    assert len(offers(await customer.events())) == 1
    await measure(desk.handoff.core.database, desk.handoff.core.clock.now())
    assert RESPONSE_RATE._value.get() == 1
    assert await desk.violations(customer.id) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"ces": 0}, 422, "out_of_range"),
        ({"ces": 8}, 422, "out_of_range"),
        ({"csat": 6}, 422, "out_of_range"),
        ({"ces": None}, 422, "invalid"),
        ({"ces": "six"}, 422, "invalid"),
        ({"episode_id": "eps_of_nobody"}, 404, "survey_not_offered"),
    ],
)
async def test_a_wrong_answer_changes_nothing(desk: Desk, body: dict[str, Any], status: int, code: str) -> None:
    customer, episode = await solved(desk)
    head = len(await desk.log(customer.id))
    refused = await customer.post("feedback", answer(episode) | body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert len(await desk.log(customer.id)) == head


async def test_not_solved_twice_after_a_closing_is_said_once(desk: Desk) -> None:
    customer, agent = await desk.open("mara"), await Agent.sign_in(desk)
    await customer.say("help")
    handoff = await agent.take(customer)
    await agent.post(f"/handoffs/{handoff}/close", {"outcome": "resolved", "cause": "answered"})
    for _ in range(2):
        assert (await customer.post("feedback", {"kind": "not_solved"})).status_code == 202
    assert len([e for e in await customer.events() if e["type"] == "feedback.given"]) == 1


@pytest.mark.parametrize("kind", ["solved", "not_solved"])
async def test_the_same_word_again_is_the_one_that_is_there(desk: Desk, kind: str) -> None:
    customer = await desk.open("mara")
    await customer.say("hello")
    await customer.until_text("You said: hello")
    body = {"kind": kind, "comment": "Thanks."}
    first = (await customer.post("feedback", body)).json()["seq"]
    assert [(await customer.post("feedback", body)).json()["seq"] for _ in range(3)] == [first] * 3
    assert (await customer.post("feedback", {"kind": kind})).json()["seq"] > first

    await customer.say("hello again")
    await customer.until_text("You said: hello again")
    assert (await customer.post("feedback", body)).json()["seq"] > first + 2


async def test_solved_after_an_idle_close_is_of_the_issue_that_it_closed_and_opens_nothing(desk: Desk) -> None:
    customer = await desk.open("mara")
    await customer.say("hello")
    await customer.until_text("You said: hello")

    def falls_silent(log: LogWriter) -> None:
        episodes.close_open(log, "idle")
        log.change_owner(ConversationClosed(by="idle"), "system")

    await desk.handoff.core.change(customer.id, falls_silent)
    assert (await customer.post("feedback", {"kind": "solved"})).status_code == 202
    log = await desk.log(customer.id)
    [closed] = [e["data"]["episode_id"] for e in log if e["type"] == "episode.closed"]
    assert [e["data"]["episode_id"] for e in log if e["type"] == "feedback.given"] == [closed]
    assert [e["data"]["episode_id"] for e in offers(log)] == [closed]
    assert not any(e["type"] in ("conversation.reopened", "episode.opened") for e in log[log.index(offers(log)[0]) :])


async def test_other_feedback_carries_no_answers(desk: Desk) -> None:
    customer, episode = await solved(desk)
    assert (await customer.post("feedback", answer(episode) | {"kind": "solved"})).status_code == 422


@pytest.mark.parametrize(("outcome", "asked"), [("resolved", 1), ("unresolved", 1), ("spam", 0), ("no_reply", 0)])
async def test_asked_after_a_person_closed(desk: Desk, outcome: str, asked: int) -> None:
    customer, agent = await desk.open("mara"), await Agent.sign_in(desk)
    await customer.say("help")
    handoff = await agent.take(customer)
    closed = await agent.post(f"/handoffs/{handoff}/close", {"outcome": outcome, "cause": "answered"})
    assert closed.status_code == 204, closed.text
    found = offers(await customer.events())
    assert len(found) == asked
    if asked:
        log = await desk.log(customer.id)
        closing = next(e for e in log if e["type"] == "conversation.closed")
        assert found[0]["epoch"] == closing["epoch"]
        assert found[0]["data"]["company"] == "Our team"
    assert await desk.violations(customer.id) == []


async def promised(desk: Desk, bot: ScriptedBot) -> Customer:
    async def promises(_request: dict[str, Any]) -> dict[str, Any]:
        directive = {"directive": "promise", "text": "We call you", "owner": "support", "due_in_seconds": 3600}
        return result("We call you within the hour.", directives=[directive])

    bot.answer = promises
    customer = await desk.open("mara")
    await customer.say("call me")
    await customer.until_text("We call you")
    return customer


async def keep(desk: Desk, customer: Customer) -> None:
    """As whoever keeps a promise does: row and event in one unit of work."""

    def work(log: Any) -> None:
        row = log.connection.execute(sa.select(t.promises.c.id)).scalar_one()
        log.connection.execute(sa.update(t.promises).values(kept_at=log.now, proof="called"))
        log.append(PromiseKept(row, "called"), "system")

    await desk.handoff.core.change(customer.id, work)


async def test_never_while_a_promise_is_open(desk: Desk, bot: ScriptedBot) -> None:
    customer = await promised(desk, bot)
    await customer.post("feedback", {"kind": "solved"})
    assert offers(await customer.events()) == []
    await keep(desk, customer)
    assert len(offers(await customer.events())) == 1


async def test_what_turned_out_unsolved_is_not_asked_when_the_promise_is_kept(desk: Desk, bot: ScriptedBot) -> None:
    customer = await promised(desk, bot)
    await customer.post("feedback", {"kind": "solved"})
    await customer.post("feedback", {"kind": "not_solved"})
    await keep(desk, customer)
    assert offers(await customer.events()) == []


async def test_not_solved_after_the_survey_reopens_the_same_episode(desk: Desk) -> None:
    customer, agent = await desk.open("mara"), await Agent.sign_in(desk)
    await customer.say("help")
    handoff = await agent.take(customer)
    await agent.post(f"/handoffs/{handoff}/close", {"outcome": "resolved", "cause": "answered"})
    [offer] = offers(await customer.events())
    await customer.post("feedback", {"kind": "not_solved"})
    log = await desk.log(customer.id)
    assert [e["data"]["episode_id"] for e in log if e["type"] == "episode.opened"] == [offer["data"]["episode_id"]]
    told = next(e for e in reversed(log) if e["type"] == "feedback.given")
    assert told["data"] == {"kind": "not_solved", "episode_id": offer["data"]["episode_id"]}
    assert await desk.violations(customer.id, settled=False) == []
