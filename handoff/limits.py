"""Rate limits in Redis: a fixed window per minute. Without Redis nobody is refused: Redis decides nothing."""

from __future__ import annotations

import hmac
from hashlib import sha256

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from handoff.clock import Clock
from handoff.errors import TooMany

WINDOW = 60

logger = structlog.get_logger(__name__)


class RateLimit:
    def __init__(self, client: redis.Redis, clock: Clock, secret: str) -> None:
        """``secret`` keys the names of who is counted: Redis writes what it holds to disk, and erases nothing there."""
        self._redis = client
        self._clock = clock
        self._secret = secret.encode()

    async def take(self, name: str, subject: str, most: int) -> str:
        """Count one; the answer is what ``give_back`` takes. Raises ``TooMany`` past ``most`` in this minute."""
        key = self._key(name, subject)
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, WINDOW * 2)
                count, _ = await pipeline.execute()
        except (RedisError, OSError):
            logger.warning("limit.redis_away", limit=name)
            return key
        self._refuse_over(int(count), most)
        return key

    async def give_back(self, counted: str) -> None:
        """Take back one that was counted, in its own minute: it was not of the kind that is limited."""
        try:
            await self._redis.decr(counted)
        except (RedisError, OSError):
            return

    def _key(self, name: str, subject: str) -> str:
        unnamed = hmac.new(self._secret, subject.encode(), sha256).hexdigest()[:32]
        return f"limit:{name}:{unnamed}:{int(self._clock.now().timestamp()) // WINDOW}"

    def _refuse_over(self, count: int, most: int) -> None:
        if count > most:
            wait = WINDOW - int(self._clock.now().timestamp()) % WINDOW
            raise TooMany("too_many", f"That's a lot at once. Please try again in {wait} s.", retry_after=wait)
