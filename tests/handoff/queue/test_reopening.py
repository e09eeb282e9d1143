"""A closed conversation that a person opens again: whose it is then, what it does to the closing, and who may not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from handoff.clock import stamp
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service
BEN = "ben@example.com"


async def closed(desk: Desk, agent: Agent) -> tuple[Customer, str]:
    customer = await desk.open("mara")
    handoff = await agent.take(customer)
    answer = await agent.post(f"/handoffs/{handoff}/close", {"outcome": "resolved", "cause": "answered"})
    assert answer.status_code == 204, answer.text
    return customer, handoff


async def there(agent: Agent, state: str = "online") -> None:
    url = "/api/v1/agents/me/presence"
    assert (await agent.desk.client.put(url, json={"state": state}, headers=agent.headers)).is_success


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def trail(desk: Desk) -> list[tuple[str, str | None]]:
    ben = await Agent.sign_in(desk, BEN)
    entries = (await ben.get("/audit?limit=200")).json()["entries"]
    return [(e["outcome"], e["code"]) for e in entries if e["action"] == "handoff.reopen"]


async def test_who_may_not(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, BEN)
    customer, handoff = await closed(desk, ben)
    url = f"/api/v1/handoffs/{handoff}/reopen"
    assert (await desk.client.post(url)).status_code == 401
    assert (await desk.client.post(url, headers=customer.headers)).status_code == 401
    assert code(await ana.post(f"/handoffs/{handoff}/reopen")) == (403, "not_yours_to_reopen")
    assert code(await ana.post("/handoffs/hnd_none/reopen")) == (404, "handoff_not_found")
    assert await trail(desk) == [("refused", "not_yours_to_reopen")]
    assert (await desk.log(customer.id))[-1]["type"] != "handoff.reopened"


async def test_what_is_not_closed_stays_as_it_is(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    assert code(await ana.post(f"/handoffs/{handoff}/reopen")) == (409, "not_closed")
    await ana.post(f"/handoffs/{handoff}/return", {})
    assert code(await ana.post(f"/handoffs/{handoff}/reopen")) == (409, "not_closed")
    other, earlier = await closed(desk, ana)
    await other.post("feedback", {"kind": "not_solved"})  # it went on without her
    assert code(await ana.post(f"/handoffs/{earlier}/reopen")) == (409, "not_closed")
    assert await desk.violations(other.id, settled=False) == []


async def test_it_is_theirs_again_under_the_same_issue_and_the_customer_reads_so(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    customer, handoff = await closed(desk, ana)
    before = (await desk.log(customer.id))[-1]
    await there(ana)
    answer = await ana.post(f"/handoffs/{handoff}/reopen")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["state"], found["owner"][:6], found["epoch"]) == ("accepted", "agent:", before["epoch"] + 2)
    assert found["handoff_id"] != handoff
    log = await desk.log(customer.id)
    new = [e["type"] for e in log if e["seq"] > before["seq"]]
    assert new == ["handoff.reopened", "handoff.requested", "handoff.queued", "handoff.accepted", "message.sent"]
    assert log[-1]["data"]["text"].startswith("Ana has opened this conversation again")
    assert sum(e["type"] == "episode.opened" for e in log) == 1
    assert (await ana.post(f"/handoffs/{found['handoff_id']}/messages", said("Hello again"))).status_code == 202
    assert code(await ana.post(f"/handoffs/{handoff}/messages", said("from before"))) == (403, "not_owner")
    assert await trail(desk) == [("done", None)]
    assert await desk.violations(customer.id) == []


async def test_it_is_asked_about_once(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    customer, handoff = await closed(desk, ana)
    await there(ana)
    again = (await ana.post(f"/handoffs/{handoff}/reopen")).json()["handoff_id"]
    assert (await ana.post(f"/handoffs/{again}/close", {"outcome": "resolved", "cause": "done"})).status_code == 204
    assert [e["type"] for e in await desk.log(customer.id)].count("survey.offered") == 1


async def test_a_survey_that_waits_for_a_promise_is_taken_back(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open("mara")
    handoff = await ana.take(customer)
    due = stamp(desk.handoff.core.clock.now() + timedelta(hours=1))
    assert (await ana.post(f"/handoffs/{handoff}/promises", {"text": "We call you", "due_at": due})).is_success
    await ana.post(f"/handoffs/{handoff}/close", {"outcome": "unresolved", "cause": "later"})

    async def surveys() -> list[str]:
        return await desk.handoff.core.database.read(lambda c: list(c.execute(sa.select(t.surveys.c.state)).scalars()))

    assert await surveys() == ["waiting"]
    assert (await ana.post(f"/handoffs/{handoff}/reopen")).status_code == 200
    assert await surveys() == []


@pytest.mark.parametrize("why", ["away", "full"])
async def test_who_is_away_or_has_no_room_leaves_it_waiting(desk: Desk, why: str) -> None:
    ana = await Agent.sign_in(desk)
    customer, handoff = await closed(desk, ana)
    await there(ana, "away" if why == "away" else "online")
    if why == "full":
        await desk.handoff.core.database.write(
            lambda c: c.execute(sa.update(t.agents).where(t.agents.c.name == "Ana").values(capacity=0))
        )
    found = (await ana.post(f"/handoffs/{handoff}/reopen")).json()
    assert (found["state"], found["owner"]) == ("queued", "queue")
    told = [e["data"]["text"] for e in await desk.log(customer.id) if e["type"] == "message.sent"][-1]
    assert told.startswith("A colleague has opened this conversation again")
    assert "next in line" in told
    assert await desk.violations(customer.id, settled=False) == []


async def test_a_lead_opens_what_another_closed(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, BEN)
    customer, handoff = await closed(desk, ana)
    await there(ben)
    answers = await asyncio.gather(*(ben.post(f"/handoffs/{handoff}/reopen") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    accepted = [e for e in await desk.log(customer.id) if e["type"] == "handoff.accepted"]
    assert [e["data"]["agent_name"] for e in accepted] == ["Ana", "Ben"]


def said(text: str) -> dict[str, str]:
    return {"client_message_id": text.replace(" ", "-"), "text": text}
