"""Whether a customer is connected: a hint in Redis with a short life. Not knowing counts as away."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import redis.asyncio as redis
from redis.exceptions import RedisError

KEY = "here:"
HEARTBEATS = 2.5
"""So long a socket that says nothing any more counts."""


class Here:
    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    async def note(self, conversation_id: str, counts_for: timedelta) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._redis.set(KEY + conversation_id, 1, px=counts_for)

    async def left(self, conversation_id: str) -> None:
        """One of their pages has gone; another one that is open says so with its next heartbeat."""
        with contextlib.suppress(RedisError, OSError):
            await self._redis.delete(KEY + conversation_id)

    async def is_here(self, conversation_id: str) -> bool:
        try:
            return bool(await self._redis.exists(KEY + conversation_id))
        except (RedisError, OSError):
            return False
