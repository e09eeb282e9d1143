"""Nothing touched: an agent is away by themselves, what rings at theirs moves on, and a touch brings them back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect

from handoff.settings import HandoffSettings
from tests.handoff.conftest import Customer, Desk, ScriptedBot, running
from tests.handoff.queue.desk import Agent
from tests.support.clock import AheadClock
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


@pytest.fixture
async def desk(settings: HandoffSettings, bot: ScriptedBot, clock: AheadClock) -> AsyncIterator[Desk]:
    quick = {"heartbeat_every": timedelta(seconds=0.1), "away_after": timedelta(minutes=2)}
    longer = {"offer_for": timedelta(minutes=1)}
    async with running(settings.model_copy(update=quick | longer), bot, clock) as desk:
        yield desk


def at_desk(desk: Desk, agent: Agent) -> connect:
    token = agent.headers["Authorization"].removeprefix("Bearer ")
    url = desk.url.replace("http", "ws") + "/api/v1/desk/socket"
    # Nobody reads all the time: frames that wait must not keep it from closing.
    return connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"], max_queue=None)


async def until_told(socket: ClientConnection, presence: str) -> None:
    """The server's heart says how it sees this agent."""
    async with asyncio.timeout(20):
        async for text in socket:
            frame = orjson.loads(text)
            if frame["kind"] == "heartbeat" and frame["presence"] == presence:
                return


async def told_of(desk: Desk, customer: Customer, kind: str, agent: str) -> dict[str, Any]:
    async def find() -> dict[str, Any] | None:
        log = await desk.log(customer.id)
        return next((e for e in log if e["type"] == kind and e["data"]["agent_id"] == agent), None)

    return await eventually(f"{kind} {agent}", find)


async def test_who_touches_nothing_is_offered_nothing_until_they_do(desk: Desk, clock: AheadClock) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    ana_id, ben_id = [(await agent.get("/session")).json()["id"] for agent in (ana, ben)]
    first, second = await desk.open(), await desk.open()
    async with at_desk(desk, ana) as hers:
        await desk.client.put("/api/v1/agents/me/presence", json={"state": "away"}, headers=ben.headers)
        for seconds in (30, 60, 90):  # a longer step would look as if she had been gone
            clock.step = timedelta(seconds=seconds)
            assert (await ana.get("/queue")).json()["presence"] == "online"
        assert (await first.post("handoff", {})).status_code == 202
        rings = await told_of(desk, first, "handoff.offered", ana_id)

        # Pages read and look by themselves, which is no work; Ben comes back; and then her time is over.
        handoff = rings["data"]["handoff_id"]
        looking = f"/api/v1/handoffs/{handoff}/viewing"
        await desk.client.put("/api/v1/agents/me/presence", json={"state": "online"}, headers=ben.headers)
        assert (await desk.client.put(looking, json={"typing": False}, headers=ana.headers)).status_code == 200
        await ana.get("/desk/inbox")
        clock.step = timedelta(seconds=121)
        await ben.get("/queue")
        await until_told(hers, "away")
        moved = await told_of(desk, first, "handoff.declined", ana_id)
        assert moved["data"]["reason"] == "expired"
        assert moved["occurred_at"] < rings["data"]["expires_at"]  # nobody waits for an empty chair
        await told_of(desk, first, "handoff.offered", ben_id)
        assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200

        assert (await second.post("handoff", {})).status_code == 202
        theirs = await told_of(desk, second, "handoff.offered", ben_id)
        offers = [e["data"]["agent_id"] for e in await desk.log(second.id) if e["type"] == "handoff.offered"]
        assert offers == [ben_id]
        assert (await ben.post(f"/handoffs/{theirs['data']['handoff_id']}/decline")).status_code == 204

        await hers.send(orjson.dumps({"kind": "active"}).decode())
        await until_told(hers, "online")
        await told_of(desk, second, "handoff.offered", ana_id)
    for customer in (first, second):
        assert await desk.violations(customer.id) == []
