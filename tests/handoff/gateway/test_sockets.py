"""A socket shows the log's projection from any point on, to whom it belongs and to nobody else."""

from __future__ import annotations

import asyncio
import random
import socket as socketlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from handoff.contract.events import MessageSent, NoteAdded
from handoff.conversations.here import Here
from handoff.conversations.log import Announcement, LogWriter, for_customer
from handoff.settings import HandoffSettings
from tests.handoff.conftest import FRAME_LIMIT, Customer, Desk, ScriptedBot, running
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@pytest.fixture
def settings(settings: HandoffSettings) -> HandoffSettings:
    return settings.model_copy(update={"heartbeat_every": timedelta(seconds=0.5)})


def follow(customer: Customer, after: int | str = 0, *, token: str | None = None, **options: Any) -> connect:
    url = customer.desk.url.replace("http", "ws") + f"/api/v1/conversations/{customer.id}/socket?after={after}"
    protocols = ["frontdesk.v1", f"bearer.{token or customer.token}"]
    return connect(url, subprotocols=options.pop("subprotocols", protocols), **options)


async def until(socket: ClientConnection, holds: Callable[[dict[str, Any]], bool], seconds: float = 15) -> list[Any]:
    frames: list[dict[str, Any]] = []
    async with asyncio.timeout(seconds):
        while not (frames and holds(frames[-1])):
            frames.append(orjson.loads(await socket.recv()))
    return frames


async def write(desk: Desk, conversation_id: str, count: int, *, announce: bool = True) -> None:
    """Append ``count`` events, one unit of work each."""
    core = desk.handoff.core

    def unit(connection: Any) -> Any:
        log = LogWriter.locked(connection, conversation_id, core.clock.now(), core.ids)
        log.append(NoteAdded("x", "somebody"), "system")
        return log.save()

    for _ in range(count):
        announcement = await core.database.write(unit)
        if announce:
            core.announcer.announce(announcement)


async def test_resuming_from_any_point_shows_the_projection_of_the_log(desk: Desk) -> None:
    chance = random.Random(20)
    customer = await desk.open("mara")
    for n in range(3):
        await customer.say(f"message {n}")
        await customer.until_text(f"You said: message {n}")
    held: list[dict[str, Any]] = []
    for _ in range(12):
        after = chance.randint(0, len(held))
        async with follow(customer, after) as socket:
            view = held[:after]
            # Some events come before the socket listens, some after, some announced and some only found.
            await write(desk, customer.id, chance.randint(0, 3), announce=chance.random() < 0.7)
            await write(desk, customer.id, chance.randint(1, 3))
            head = len(await desk.log(customer.id))
            frames = await until(socket, lambda frame: frame.get("event", {}).get("seq") == head)  # noqa: B023
            view += [frame["event"] for frame in frames if frame["kind"] == "event"]
        held = for_customer(await desk.log(customer.id))
        assert view == held


async def test_what_is_committed_elsewhere_arrives_with_the_heartbeat(desk: Desk) -> None:
    """Redis lost the hint, or has none: the log is asked at every beat."""
    customer = await desk.open()
    async with follow(customer) as socket:
        await until(socket, lambda frame: frame["kind"] == "heartbeat")
        await write(desk, customer.id, 2, announce=False)
        frames = await until(socket, lambda frame: frame["kind"] == "heartbeat" and frame["head_seq"] == 3)
        assert [frame["event"]["seq"] for frame in frames if frame["kind"] == "event"] == [2, 3]
        assert frames[-1] == {"kind": "heartbeat", "epoch": 1, "head_seq": 3}


async def test_who_is_ahead_of_the_log_is_told_and_goes_on(desk: Desk) -> None:
    """As after a restored backup: the reader knows more than there is."""
    customer = await desk.open()
    async with follow(customer, after=999) as socket:
        frames = await until(socket, lambda frame: frame["kind"] == "heartbeat")
        assert frames[-1]["head_seq"] == 1
        await write(desk, customer.id, 1)
        frames = await until(socket, lambda frame: frame["kind"] == "event")
        assert frames[-1]["event"]["seq"] == 2
    async with asyncio.timeout(10):
        url = f"/api/v1/conversations/{customer.id}/events?after=999&wait=30"
        told = (await desk.client.get(url, headers=customer.headers)).json()
    assert (told["events"], told["head_seq"]) == ([], 2)


async def test_the_heart_beats_however_much_there_is_to_say(desk: Desk) -> None:
    customer = await desk.open()
    async with follow(customer) as socket:
        await until(socket, lambda frame: frame["kind"] == "heartbeat")
        stop = asyncio.Event()

        async def chatter() -> None:
            while not stop.is_set():
                await write(desk, customer.id, 1)

        talking = asyncio.create_task(chatter())
        await until(socket, lambda frame: frame["kind"] == "heartbeat")
        stop.set()
        await talking


async def test_typing_of_the_bot_is_shown_and_ones_own_is_not(desk: Desk) -> None:
    customer = await desk.open()
    async with follow(customer) as socket:
        await until(socket, lambda frame: frame["kind"] == "heartbeat")
        await socket.send(orjson.dumps({"kind": "typing"}).decode())
        await customer.say("hello")
        frames = await until(socket, lambda frame: frame.get("event", {}).get("source") == "bot")
        assert [frame["who"] for frame in frames if frame["kind"] == "typing"] == ["bot"]


async def closed(connection: connect) -> int:
    async with connection as socket:
        with pytest.raises(ConnectionClosed) as info:
            await until(socket, lambda _: False)
    assert info.value.rcvd is not None
    return info.value.rcvd.code


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:1", "http://[::1"])
async def test_a_foreign_page_gets_nothing(desk: Desk, origin: str) -> None:
    assert await closed(follow(await desk.open(), origin=origin)) == 4403


async def test_our_own_page_and_a_program_without_a_page_are_served(desk: Desk) -> None:
    customer = await desk.open()
    for origin in (desk.url, None):
        async with follow(customer, origin=origin) as socket:
            await until(socket, lambda frame: frame["kind"] == "event")


async def test_the_public_address_is_ours_under_whatever_name_a_proxy_asks(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    async with running(settings.model_copy(update={"public_url": "https://help.example"}), bot) as desk:
        customer = await desk.open()
        async with follow(customer, origin="https://help.example") as socket:
            await until(socket, lambda frame: frame["kind"] == "event")
        assert await closed(follow(customer, origin="https://evil.example")) == 4403


async def test_without_the_right_token_nothing_is_shown(desk: Desk) -> None:
    mine, theirs = await desk.open(), await desk.open()
    assert await closed(follow(mine, token="nonsense")) == 4401
    assert await closed(follow(mine, subprotocols=["frontdesk.v1"])) == 4401
    assert await closed(follow(theirs, token=mine.token)) == 4404


async def test_the_protocol_is_agreed_with_those_who_name_it(desk: Desk) -> None:
    customer = await desk.open()
    async with follow(customer) as socket:
        assert socket.subprotocol == "frontdesk.v1"
    async with follow(customer, subprotocols=None, additional_headers=customer.headers) as socket:
        assert socket.subprotocol is None
        await until(socket, lambda frame: frame["kind"] == "event")


async def test_frames_that_make_no_sense_are_ignored(desk: Desk) -> None:
    customer = await desk.open()
    async with follow(customer) as socket:
        for frame in ("", "{", "null", "[1]", '"typing"', b"\x00\xff", '{"kind": 7}', "[" * 5000):
            await socket.send(frame)
        await write(desk, customer.id, 1)
        await until(socket, lambda frame: frame.get("event", {}).get("seq") == 2)


async def flood(socket: ClientConnection) -> None:
    for _ in range(250):  # a minute may begin anew in between
        await socket.send("{}")
    await until(socket, lambda _: False)


async def test_an_oversized_frame_and_a_flood_end_the_socket(desk: Desk) -> None:
    customer = await desk.open()
    async with follow(customer) as socket:
        await socket.send("x" * (FRAME_LIMIT + 1))
        with pytest.raises(ConnectionClosed) as info:
            await until(socket, lambda _: False)
        assert info.value.rcvd is not None
        assert info.value.rcvd.code == 1009
    async with follow(customer) as socket:
        with pytest.raises(ConnectionClosed) as info:
            await flood(socket)
        assert info.value.rcvd is not None
        assert info.value.rcvd.code == 1008


async def write_at_once(desk: Desk, conversation_id: str, count: int, size: int) -> None:
    """Many events in one unit of work, announced one by one."""
    core = desk.handoff.core

    def unit(connection: Any) -> Announcement:
        log = LogWriter.locked(connection, conversation_id, core.clock.now(), core.ids)
        for _ in range(count):
            log.append(MessageSent("x" * size, author="system"), "system")
        return log.save()

    whole = await core.database.write(unit)
    for event in whole.events:
        core.announcer.announce(replace(whole, events=(event,)))
        await asyncio.sleep(0)


async def test_a_reader_that_stops_reading_is_sent_away_and_delays_nobody(desk: Desk) -> None:
    customer, other = await desk.open(), await desk.open()
    address = desk.url.removeprefix("http://").split(":")
    narrow = socketlib.socket()
    narrow.setsockopt(socketlib.SOL_SOCKET, socketlib.SO_RCVBUF, 4096)
    narrow.connect((address[0], int(address[1])))
    async with follow(customer, max_queue=1, compression=None, sock=narrow) as slow, follow(other) as quick:
        await until(slow, lambda frame: frame["kind"] == "heartbeat")
        await write_at_once(desk, customer.id, 700, 30_000)
        await write(desk, other.id, 1)
        await until(quick, lambda frame: frame.get("event", {}).get("seq") == 2)
        # It reads again: what was on its way, and then why it ends.
        with pytest.raises(ConnectionClosed) as info:
            await until(slow, lambda _: False, seconds=60)
        assert info.value.rcvd is not None
        assert info.value.rcvd.code == 4008


async def test_storage_that_is_away_is_no_reason_to_distrust_a_token(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    async with running(settings, bot) as desk:
        customer = await desk.open()
        async with follow(customer) as socket:
            await until(socket, lambda frame: frame["kind"] == "heartbeat")
            engine = desk.handoff.core.database.engine
            with engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE conversations RENAME TO elsewhere")
            with pytest.raises(ConnectionClosed) as info:
                await until(socket, lambda _: False)
            with engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO conversations")
        assert info.value.rcvd is not None
        assert info.value.rcvd.code in (1011, 1013)


@pytest.mark.parametrize("after", ["-1", "x", str(2**31), "9" * 30])
async def test_a_point_that_cannot_be_is_refused(desk: Desk, after: str) -> None:
    customer = await desk.open()
    url = f"/api/v1/conversations/{customer.id}"
    answer = await desk.client.get(f"{url}/events", params={"after": after}, headers=customer.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await closed(follow(customer, after=after)) == 4400


async def test_whoever_listens_is_here_until_they_go(desk: Desk) -> None:
    here, customer = Here(desk.handoff.redis), await desk.open()
    assert not await here.is_here(customer.id)
    async with follow(customer) as socket:
        await until(socket, lambda frame: frame["kind"] == "heartbeat")
        assert await here.is_here(customer.id)

    async def gone() -> bool:
        return not await here.is_here(customer.id)

    await eventually("gone", gone)
