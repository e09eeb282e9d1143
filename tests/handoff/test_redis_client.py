"""A Redis that hangs, as under SIGSTOP: it takes connections and says nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TooLate

from handoff.redis_client import ANSWERS_WITHIN, AWAY_FOR, GuardedRedis, redis_client
from handoff.settings import HandoffSettings
from tests.handoff.conftest import ScriptedBot, running
from tests.support.clock import FakeClock
from tests.support.redis import running_redis
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@pytest.fixture
def address() -> Iterator[str]:
    with running_redis() as address:
        yield address


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(address: str, clock: FakeClock) -> AsyncIterator[GuardedRedis]:
    client = redis_client(address, clock)
    yield client
    await client.aclose()


@contextmanager
def stopped(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


async def process_of(client: GuardedRedis) -> int:
    return int((await client.info("server"))["process_id"])


async def test_a_redis_that_hangs_costs_one_wait(client: GuardedRedis, clock: FakeClock) -> None:
    await client.set("kept", "yes")
    with stopped(await process_of(client)):
        with pytest.raises(TooLate):
            await client.get("kept")
        began = time.perf_counter()
        for _ in range(5):
            with pytest.raises(NotConnected):
                await client.get("kept")
            with pytest.raises(NotConnected):
                await client.pipeline().incr("counted").execute()
        clock.advance(AWAY_FOR)
        with pytest.raises(NotConnected):  # asked beside, and nobody waits for it
            await client.get("kept")
        assert time.perf_counter() - began < ANSWERS_WITHIN

    async def back() -> bytes | None:
        clock.advance(AWAY_FOR)
        try:
            return bytes(await client.get("kept"))
        except RedisError:
            return None

    assert await eventually("it is used again", back) == b"yes"
    assert await client.pipeline().incr("counted").execute() == [1]


async def test_a_pipeline_that_hangs_opens_it_too(client: GuardedRedis) -> None:
    with stopped(await process_of(client)):
        with pytest.raises(TooLate):
            await client.pipeline().incr("counted").execute()
        with pytest.raises(NotConnected):
            await client.get("counted")


async def test_one_that_is_gone_is_asked_each_time(clock: FakeClock) -> None:
    with running_redis() as address:
        client = redis_client(address, clock)
        await client.ping()
    with pytest.raises(RedisError):
        await client.get("kept")
    client.breaker.pass_or_refuse(client)
    await client.aclose()


async def test_messages_are_taken_while_redis_hangs(settings: HandoffSettings, bot: ScriptedBot, address: str) -> None:
    async with running(settings.model_copy(update={"redis_url": address}), bot) as desk:
        customer = await desk.open()
        process = await process_of(desk.handoff.redis)
        with stopped(process):
            await customer.say("one")
            began = time.perf_counter()
            for text in ("two", "three", "four", "five", "six", "seven"):
                assert (await customer.say(text)).status_code == 202
            assert time.perf_counter() - began < 6 * ANSWERS_WITHIN
