"""A receiver on a real socket that fails, hangs and breaks off: everything arrives, in order, under the same id."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from handoff.clock import SystemClock
from handoff.outbox.feed import EventFeed
from handoff.storage import tables as t
from handoff.webhooks.dispatcher import Dispatcher
from handoff.webhooks.sender import Sender
from handoff.webhooks.service import WebhookService
from handoff.webhooks.signing import is_signed
from tests.handoff.conftest import Desk
from tests.handoff.queue.desk import Agent
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

ROUTES = (
    ("GET", ""),
    ("POST", ""),
    ("PATCH", "/whk_1"),
    ("POST", "/whk_1/rotate"),
    ("POST", "/whk_1/test"),
    ("GET", "/whk_1/deliveries"),
    ("POST", "/whk_1/deliveries/1/replay"),
)


@dataclass
class Receiver:
    """``plan``: what to do with the next calls (``500``, ``302``, ``410``, ``hang``, ``reset``); then 200."""

    url: str = ""
    plan: list[str] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.calls.append((headers, body))
        what = self.plan.pop(0) if self.plan else "200"
        if what == "hang":
            await reader.read()  # until the caller has had enough
        elif what == "reset":
            writer.transport.abort()
        else:
            if what == "200":
                self.taken.append(json.loads(body))
            place = f"location: {self.url}/elsewhere\r\n" if what == "302" else ""
            writer.write(f"HTTP/1.1 {what} x\r\n{place}content-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield receiver


@dataclass
class Hooks:
    service: WebhookService
    dispatcher: Dispatcher


@asynccontextmanager
async def hooks(desk: Desk, *, private: bool = True, most: int = 16, patience: float = 0.3) -> AsyncIterator[Hooks]:
    """The worker's part, with short pauses."""
    core, clock = desk.handoff.core, SystemClock()
    sender = Sender(private_targets=private, patience=patience)
    dispatcher = Dispatcher(
        core.database,
        EventFeed(core.database, clock, timedelta(0)),
        sender,
        clock,
        random.Random(1),
        every=timedelta(seconds=0.02),
        first_pause=timedelta(seconds=0.02),
        most_attempts=most,
    )
    running = asyncio.create_task(dispatcher.run_forever())
    yield Hooks(WebhookService(core.database, clock, core.ids, private_targets=True), dispatcher)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await sender.close()


async def talk(desk: Desk) -> list[str]:
    """A short conversation; the ids of its events."""
    customer = await desk.open("mara")
    await customer.say("where is it")
    await customer.until_text("You said")
    return [event["id"] for event in await desk.log(customer.id)]


async def test_who_may_not(desk: Desk) -> None:
    customer, ana = await desk.open("mara"), await Agent.sign_in(desk)
    for method, path in ROUTES:
        url = f"/api/v1/webhooks{path}"
        body = {"url": "https://hooks.example.com"} if method != "GET" else None
        assert (await desk.client.request(method, url, json=body)).status_code == 401
        assert (await desk.client.request(method, url, json=body, headers=customer.headers)).status_code == 401
        assert (await desk.client.request(method, url, json=body, headers=ana.headers)).status_code == 403


async def test_an_admin_makes_changes_tests_and_switches_off(desk: Desk) -> None:
    await desk.handoff.core.database.write(lambda c: c.execute(sa.update(t.agents).values(roles=["admin"])))
    boss = await Agent.sign_in(desk)
    refused = await boss.post("/webhooks", {"url": "https://169.254.169.254/"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_target")
    unknown = await boss.post("/webhooks", {"url": "https://hooks.example.com", "events": ["dance.danced"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_event")
    made = await boss.post("/webhooks", {"url": "https://hooks.example.com", "events": ["handoff.queued"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    path = f"/webhooks/{made.json()['webhook']['id']}"
    [listed] = (await boss.get("/webhooks")).json()["webhooks"]
    assert listed == made.json()["webhook"]
    assert (await boss.post(f"{path}/test")).status_code == 202
    [delivery] = (await boss.get(f"{path}/deliveries?state=pending")).json()["deliveries"]
    assert delivery["event_type"] == "webhook.test"
    assert (await boss.post(f"{path}/rotate")).json()["secret"] != made.json()["secret"]
    off = await desk.client.patch(f"/api/v1{path}", json={"active": False}, headers=boss.headers)
    assert off.json()["active"] is False
    assert (await boss.post("/webhooks/whk_none/test")).status_code == 404
    assert (await boss.post(f"{path}/deliveries/999/replay")).status_code == 404


async def test_a_receiver_that_fails_gets_everything_once_in_order(desk: Desk) -> None:
    async with receiving() as receiver, hooks(desk) as hook:
        _, secret = await hook.service.create("agt", receiver.url, "", [], texts=True)
        receiver.plan = ["500", "reset", "hang", "302", "500"]
        ids = await talk(desk)
        await eventually("all arrived", lambda: len(receiver.taken) >= len(ids))
        assert [call["data"]["id"] for call in receiver.taken] == ids
        assert len(receiver.calls) == len(ids) + 5
        first = [headers for headers, _ in receiver.calls[:6]]
        assert {headers["webhook-id"] for headers in first} == {ids[0]}
        for headers, body in receiver.calls:
            assert is_signed(secret, headers, body, int(headers["webhook-timestamp"]))
        assert any(call["data"]["data"].get("text") == "where is it" for call in receiver.taken)


async def test_a_receiver_that_was_down_is_caught_up(desk: Desk) -> None:
    async with receiving() as before:
        url = before.url
    async with hooks(desk) as hook:
        made, _ = await hook.service.create("agt", url, "", ["message.sent"], texts=False)
        await talk(desk)

        async def tried() -> bool:
            rows = await hook.service.deliveries(made["id"], "pending")
            return any(row["attempts"] > 1 and row["error"] == "connection" for row in rows)

        await eventually("it was tried", tried)
        async with receiving(int(url.rpartition(":")[2])) as after:
            await eventually("caught up", lambda: len(after.taken) == 2)
            assert [call["type"] for call in after.taken] == ["message.sent"] * 2
            assert all("text" not in call["data"]["data"] for call in after.taken)


async def test_both_secrets_sign_while_one_is_replaced(desk: Desk) -> None:
    async with receiving() as receiver, hooks(desk) as hook:
        made, old = await hook.service.create("agt", receiver.url, "", ["message.sent"], texts=False)
        new = await hook.service.rotate(made["id"], timedelta(hours=1))
        await hook.service.test(made["id"])
        await eventually("the test arrived", lambda: receiver.taken)
        headers, body = receiver.calls[0]
        at = int(headers["webhook-timestamp"])
        assert is_signed(old, headers, body, at)
        assert is_signed(new, headers, body, at)
        newest = await hook.service.rotate(made["id"], timedelta(0))
        await hook.service.test(made["id"])
        await eventually("the second arrived", lambda: len(receiver.taken) == 2)
        headers, body = receiver.calls[1]
        assert is_signed(newest, headers, body, int(headers["webhook-timestamp"]))
        assert not is_signed(new, headers, body, int(headers["webhook-timestamp"]))


async def test_given_up_after_the_last_try_then_the_next_goes_on_and_a_replay_has_the_same_id(desk: Desk) -> None:
    async with receiving() as receiver, hooks(desk, most=2) as hook:
        made, _ = await hook.service.create("agt", receiver.url, "", ["message.sent"], texts=False)
        receiver.plan = ["500", "500"]
        await talk(desk)
        await eventually("the second arrived", lambda: receiver.taken)
        [lost] = await hook.service.deliveries(made["id"], "given_up")
        assert (lost["attempts"], lost["status"], lost["error"]) == (2, 500, "status")
        await hook.service.replay(made["id"], lost["id"])
        await eventually("the replay arrived", lambda: len(receiver.taken) == 2)
        assert receiver.calls[-1][0]["webhook-id"] == lost["message_id"]


async def test_a_private_target_is_not_called_and_a_receiver_that_is_gone_is_switched_off(desk: Desk) -> None:
    async with receiving() as receiver:
        async with hooks(desk, private=False, most=1) as hook:
            made, _ = await hook.service.create("agt", receiver.url, "", [], texts=False)
            await hook.service.test(made["id"])
            await eventually("refused", lambda: hook.service.deliveries(made["id"], "given_up"))
            [refused] = await hook.service.deliveries(made["id"], "given_up")
            assert refused["error"] == "private_target"
            assert receiver.calls == []
        async with hooks(desk) as hook:
            receiver.plan = ["410"]
            await hook.service.test(made["id"])

            async def off() -> bool:
                return not (await hook.service.listing())[0]["active"]

            await eventually("switched off", off)


async def test_a_name_that_cannot_be_one_is_given_up_and_keeps_nobody_waiting(desk: Desk) -> None:
    async with receiving() as receiver, hooks(desk, most=1) as hook:
        wrong, _ = await hook.service.create("agt", "http://hooks..example.com/", "", [], texts=False)
        right, _ = await hook.service.create("agt", receiver.url, "", [], texts=False)
        await hook.service.test(wrong["id"])
        await hook.service.test(right["id"])
        await eventually("given up", lambda: hook.service.deliveries(wrong["id"], "given_up"))
        await eventually("the other arrived", lambda: receiver.taken)
        [lost] = await hook.service.deliveries(wrong["id"], "given_up")
        assert lost["error"] == "unresolvable"


async def test_a_receiver_that_hangs_keeps_no_other_waiting(desk: Desk) -> None:
    async with receiving() as slow, receiving() as quick, hooks(desk, patience=20) as hook:
        hangs, _ = await hook.service.create("agt", slow.url, "", ["message.sent"], texts=False)
        await hook.service.create("agt", quick.url, "", ["message.sent"], texts=False)
        slow.plan = ["hang"] * 40
        for _ in range(3):
            await hook.service.test(hangs["id"])
        await eventually("it hangs", lambda: slow.calls)
        async with asyncio.timeout(10):
            await talk(desk)
            await talk(desk)
            await eventually("the other has everything", lambda: len(quick.taken) == 4)
        assert slow.taken == []
