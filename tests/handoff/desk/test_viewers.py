"""Who looks and who writes: for a short time only, and nobody without Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis.asyncio as redis

from handoff.agents.service import Principal
from handoff.desk.viewers import SEEN_FOR, TYPES_FOR, Viewers
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service

ANA = Principal("agt_a", "ana@example.com", "Ana", ("agent",), (), 3, "")
BEN = Principal("agt_b", "ben@example.com", "Ben", ("agent",), (), 3, "")


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.Redis]:
    async with redis.Redis.from_url(redis_url) as client:
        yield client


async def test_writing_ends_before_looking_does(client: redis.Redis) -> None:
    clock = FakeClock()
    viewers = Viewers(client, clock)
    await viewers.look("cnv_1", ANA, typing=True)
    here = await viewers.look("cnv_1", BEN, typing=False)
    assert [(each.name, each.typing) for each in here] == [("Ana", True), ("Ben", False)]
    clock.advance(TYPES_FOR + 1)
    here = await viewers.look("cnv_1", BEN, typing=False)
    assert [(each.name, each.typing) for each in here] == [("Ana", False), ("Ben", False)]
    clock.advance(SEEN_FOR - TYPES_FOR)
    assert [each.name for each in await viewers.look("cnv_1", BEN, typing=False)] == ["Ben"]
    assert await viewers.leave("cnv_1", BEN) == []
    assert await viewers.look("cnv_2", ANA, typing=False) != []


async def test_without_redis_nobody_is_shown() -> None:
    async with redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2) as nowhere:
        viewers = Viewers(nowhere, FakeClock())
        assert await viewers.look("cnv_1", ANA, typing=True) == []
        assert await viewers.leave("cnv_1", ANA) == []
