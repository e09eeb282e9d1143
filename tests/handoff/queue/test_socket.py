"""The desk's socket: one's own conversations, hints of the rest, and what was taken away."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from handoff.contract.events import NoteAdded
from handoff.conversations.log import LogWriter
from handoff.settings import HandoffSettings
from tests.handoff.conftest import Customer, Desk
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


class TestDeskSocket:
    @pytest.fixture
    def settings(self, settings: HandoffSettings) -> HandoffSettings:
        return settings.model_copy(update={"heartbeat_every": timedelta(seconds=0.3)})

    def follow(self, agent: Agent, **options: object) -> connect:
        token = agent.headers["Authorization"].removeprefix("Bearer ")
        url = agent.desk.url.replace("http", "ws") + "/api/v1/desk/socket"
        return connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"], **options)

    async def frames(self, socket: object, last: str, seconds: float = 10) -> list[dict]:
        seen: list[dict] = []
        async with asyncio.timeout(seconds):
            while not seen or not (seen[-1]["kind"] == last or seen[-1].get("event", {}).get("type") == last):
                seen.append(orjson.loads(await socket.recv()))
        return seen

    async def test_own_conversations_and_hints_arrive_and_others_do_not(self, desk: Desk) -> None:
        ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
        mine, theirs = await desk.open(), await desk.open()
        async with self.follow(ana) as socket:
            await self.frames(socket, "heartbeat")
            await mine.post("handoff", {})
            await self.frames(socket, "queue")
            await ben.take(theirs)
            handoff = await ana.take(mine)
            await theirs.say("for ben alone")
            await mine.say("for ana")
            seen = await self.frames(socket, "message.sent")
            while seen[-1]["event"]["source"] != "customer":
                seen += await self.frames(socket, "message.sent")
            events = [frame["event"] for frame in seen if frame["kind"] == "event"]
            assert {event["conversation_id"] for event in events} == {mine.id}
            assert events[-1]["data"]["text"] == "for ana"
            assert [e["seq"] for e in events] == list(range(events[0]["seq"], events[-1]["seq"] + 1))
            await ana.post(f"/handoffs/{handoff}/transfer", {"queue": "senior"})
            await self.frames(socket, "handoff.queued")
            await mine.say("for whoever is next")
            await self.frames(socket, "heartbeat")
            rest = await self.frames(socket, "heartbeat")
            assert not [frame for frame in rest if frame["kind"] == "event"]

    @pytest.mark.parametrize("heard", ["the next message", "the heartbeat"])
    async def test_what_was_taken_away_unheard_is_seen_up_to_there(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, heard: str
    ) -> None:
        """Another process moved it and Redis lost the hint: what came after is for whoever has it then."""
        ana, customer, announcer = await Agent.sign_in(desk), await desk.open(), desk.handoff.core.announcer
        handoff = await ana.take(customer)
        async with self.follow(ana) as socket:
            await self.frames(socket, "heartbeat")
            with monkeypatch.context() as unheard:
                unheard.setattr(announcer, "announce", lambda _announcement: None)
                await customer.say("for ana")
                await ana.post(f"/handoffs/{handoff}/transfer", {"queue": "senior"})
                await customer.say("for whoever is next")
                seen = [] if heard == "the next message" else await self.frames(socket, "handoff.queued", 4)
            await customer.say("and this")
            for _ in range(3):
                seen += await self.frames(socket, "heartbeat")
        events = [frame["event"] for frame in seen if frame["kind"] == "event"]
        assert "handoff.transferred" in [event["type"] for event in events]
        assert [e["data"]["text"] for e in events if e["source"] == "customer"] == ["for ana"]

    async def test_it_ends_with_the_session_however_busy_the_desk_is(self, desk: Desk) -> None:
        ana, customer = await Agent.sign_in(desk), await desk.open()
        async with self.follow(ana) as socket:
            await self.frames(socket, "heartbeat")
            stop = asyncio.Event()

            async def traffic() -> None:
                while not stop.is_set():
                    await customer.post("feedback", {"kind": "solved"})

            busy = asyncio.create_task(traffic())
            assert (await desk.client.delete("/api/v1/session", headers=ana.headers)).status_code == 204
            with pytest.raises(ConnectionClosed) as info:
                await self.frames(socket, "never")
            stop.set()
            await busy
            assert info.value.rcvd is not None
            assert info.value.rcvd.code == 4401

    async def test_who_may_not_listen(self, desk: Desk) -> None:
        customer = await desk.open()
        editor, nobody = await Agent.sign_in(desk, "eva@example.com"), Agent(desk, customer.headers)
        cases = [(editor, {}, 4403), (nobody, {}, 4401), (await Agent.sign_in(desk), {"origin": "null"}, 4403)]
        for agent, options, code in cases:
            async with self.follow(agent, **options) as socket:
                with pytest.raises(ConnectionClosed) as info:
                    await self.frames(socket, "never")
                assert info.value.rcvd is not None
                assert info.value.rcvd.code == code

    async def test_typing_travels_between_owner_and_customer(self, desk: Desk) -> None:
        ana, customer = await Agent.sign_in(desk), await desk.open()
        await ana.take(customer)
        url = f"{desk.url.replace('http', 'ws')}/api/v1/conversations/{customer.id}/socket"
        async with (
            self.follow(ana) as agent,
            connect(url, subprotocols=["frontdesk.v1", f"bearer.{customer.token}"]) as widget,
        ):
            await self.frames(agent, "heartbeat")
            await self.frames(widget, "heartbeat")
            await widget.send('{"kind": "typing"}')
            typed = (await self.frames(agent, "typing"))[-1]
            assert typed == {"kind": "typing", "who": "customer", "conversation_id": customer.id}
            await agent.send(orjson.dumps({"kind": "typing", "conversation_id": customer.id}).decode())
            assert (await self.frames(widget, "typing"))[-1] == {"kind": "typing", "who": "agent"}

    async def test_what_another_process_wrote_arrives_with_the_heartbeat(self, desk: Desk) -> None:
        ana, customer = await Agent.sign_in(desk), await desk.open()
        await ana.take(customer)
        async with self.follow(ana) as socket:
            await self.frames(socket, "heartbeat")
            await write_unheard(desk, customer)
            await self.frames(socket, "note.added")


async def write_unheard(desk: Desk, customer: Customer) -> None:
    core = desk.handoff.core

    def unit(connection: sa.Connection) -> None:
        log = LogWriter.locked(connection, customer.id, core.clock.now(), core.ids)
        log.append(NoteAdded("from elsewhere", "somebody"), "system")
        log.save()

    await core.database.write(unit)
