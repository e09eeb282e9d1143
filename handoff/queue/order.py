"""The order of the queue in Redis: a copy for quick looks, rebuilt from SQL every round and deciding nothing.

A sorted set for all queues, hand-over → rank. Ranks never change while something waits, so a round writes the
difference alone; after Redis lost everything the difference is everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import redis.asyncio as redis
import sqlalchemy as sa
from redis.exceptions import RedisError

KEY = "queue:order"


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
