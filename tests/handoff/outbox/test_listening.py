"""The line on which other processes' hints come: one that is dead is noticed, however silently it died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import from_url

from handoff.gateway.hub import Hub, Typing
from handoff.outbox import announcer
from handoff.outbox.announcer import Announcer
from handoff.redis_client import GuardedRedis, redis_client
from tests.handoff.conftest import Desk
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


class Wire:
    """Passes bytes on to Redis and back. ``cut`` is what a firewall does that forgot its lines: they stay open, and
    nothing comes through them any more."""

    def __init__(self, path: str, redis: str) -> None:
        self.path = path
        self.lines = 0
        self._redis = redis
        self._cut: set[int] = set()

    def cut(self) -> None:
        self._cut = set(range(self.lines + 1))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        passing: set[asyncio.Task[None]] = set()

        async def line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.lines += 1
            back, there = await asyncio.open_unix_connection(self._redis)
            for one, other in ((reader, there), (back, writer)):
                passing.add(asyncio.create_task(self._pass(self.lines, one, other)))

        server = await asyncio.start_unix_server(line, self.path)
        yield
        server.close()
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    async def _pass(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            if number not in self._cut:
                writer.write(data)
        writer.close()


async def pings(client: GuardedRedis) -> int:
    return int((await client.info("commandstats")).get("cmdstat_ping", {}).get("calls", 0))


async def test_a_line_that_died_in_silence_is_opened_anew(
    desk: Desk, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "ASK_AFTER", 0.1)
    core, hub = desk.handoff.core, Hub()
    wire = Wire(f"{tmp_path}/wire.sock", redis_url.removeprefix("unix://"))
    client, listening = redis_client(redis_url), from_url(f"unix://{wire.path}", socket_timeout=None)
    other = Announcer(core.database, hub, client, listening, core.clock, "app_other")

    async def heard() -> bool:
        core.announcer.typing(Typing("cnv_1", "bot"))
        return not listener.queue.empty()

    async with wire.open():
        task = asyncio.create_task(other.listen_forever())
        with hub.listen("cnv_1") as listener:
            await eventually("the other process hears", heard)
            wire.cut()
            while not listener.queue.empty():
                listener.queue.get_nowait()
            await eventually("it hears again", heard)
            assert wire.lines == 2
            # Asked again and again, and answered: such a line stays.
            before = await pings(client)

            async def asked() -> bool:
                return await pings(client) > before + 3

            await eventually("it is asked", asked)
            assert wire.lines == 2
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await listening.aclose()
    await client.aclose()
