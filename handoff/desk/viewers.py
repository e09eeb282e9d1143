"""Who looks at a conversation, and who writes in it: hints in Redis with a short life of their own.

Nothing is decided by them. Without Redis nobody is shown, and the desk works on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import redis.asyncio as redis
from redis.exceptions import RedisError

from handoff.agents.service import Principal
from handoff.clock import Clock

KEY = "desk:viewers:"
SEEN_FOR = 25.0
"""Seconds that one look counts; desks say every ten seconds that they are still there."""
TYPES_FOR = 8.0


@dataclass(frozen=True)
class Viewer:
    agent_id: str
    name: str
    typing: bool


class Viewers:
    def __init__(self, client: redis.Redis, clock: Clock) -> None:
        self._redis = client
        self._clock = clock

    async def look(self, conversation_id: str, me: Principal, *, typing: bool) -> list[Viewer]:
        """Note that ``me`` is here; everybody who is, by name, ``me`` included."""
        now = self._clock.now().timestamp()
        mine = {"name": me.name, "until": now + SEEN_FOR, "types": now + TYPES_FOR if typing else 0.0}
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hset(KEY + conversation_id, me.id, orjson.dumps(mine))
                pipeline.expire(KEY + conversation_id, int(SEEN_FOR) + 1)
                pipeline.hgetall(KEY + conversation_id)
                *_, everybody = await pipeline.execute()
        except (RedisError, OSError):
            return []
        return _present(everybody, now)

    async def leave(self, conversation_id: str, me: Principal) -> list[Viewer]:
        """Who is left."""
        try:
            await self._redis.hdel(KEY + conversation_id, me.id)
            everybody = await self._redis.hgetall(KEY + conversation_id)
        except (RedisError, OSError):
            return []
        return _present(everybody, self._clock.now().timestamp())


def _present(everybody: dict[Any, Any], now: float) -> list[Viewer]:
    found = []
    for agent_id, stored in everybody.items():
        seen = orjson.loads(stored)
        if seen["until"] > now:
            found.append(Viewer(agent_id.decode(), seen["name"], seen["types"] > now))
    return sorted(found, key=lambda viewer: viewer.name)
