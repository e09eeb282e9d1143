"""The order of the queue in Redis: a copy for quick looks, rebuilt from SQL every round and deciding nothing.

A sorted set for all queues, hand-over → rank. Ranks never change while something waits, so a round writes the
difference alone; after Redis lost everything the difference is everything. ``Rebuilder`` looks every second whether
Redis forgot, so that neither the copy nor presence waits for the end of a long round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import redis.asyncio as redis
import sqlalchemy as sa
from redis.exceptions import RedisError

from handoff.agents.presence import Presence
from handoff.errors import FrontdeskError
from handoff.queue.board import WAITING
from handoff.storage.database import Database

KEY = "queue:order"
LOOK_EVERY = 1.0


class Order:
    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    async def keep(self, waiting: Sequence[sa.RowMapping]) -> int:
        """Make the copy hold what waits. Returns how many entries were written or removed; 0 while Redis is away."""
        wanted = {row["id"]: float(row["rank"]) for row in waiting}
        try:
            stored: Any = await self._redis.zrange(KEY, 0, -1, withscores=True)
            held = {key.decode(): score for key, score in stored}
            gone = [key for key in held if key not in wanted]
            new = {key: score for key, score in wanted.items() if held.get(key) != score}
            if not gone and not new:
                return 0
            async with self._redis.pipeline(transaction=True) as pipeline:
                if gone:
                    pipeline.zrem(KEY, *gone)
                if new:
                    pipeline.zadd(KEY, new)
                await pipeline.execute()
        except (RedisError, OSError):
            return 0
        return len(gone) + len(new)

    async def ids(self) -> list[str]:
        """The hand-overs in order; raises ``RedisError`` while Redis is away."""
        stored: Any = await self._redis.zrange(KEY, 0, -1)
        return [key.decode() for key in stored]


class Rebuilder:
    def __init__(self, database: Database, presence: Presence, order: Order) -> None:
        self._database = database
        self._presence = presence
        self._order = order

    async def run_forever(self) -> None:
        while True:
            if await self._presence.refresh():
                await self._restore()
            await asyncio.sleep(LOOK_EVERY)

    async def _restore(self) -> None:
        try:
            await self._order.keep(await self._database.read(lambda c: c.execute(WAITING).mappings().all()))
        except FrontdeskError:
            return  # The database is away too; the next round of the dispatcher writes it.
