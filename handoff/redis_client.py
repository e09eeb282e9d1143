"""The client to Redis, with a circuit breaker: a Redis that hangs costs one wait, and not one for every request.

One that is gone refuses at once and is asked each time. One that takes a connection and says nothing makes whoever asks
wait for the time-out; after the first it counts as away, every call fails at once as it would without Redis, and a ping
beside them finds out when it is back. Nothing waits for that ping. The first comes at once: where it was this process
that stood still, the next call is served again.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TooLate

from handoff.clock import Clock, SystemClock

ANSWERS_WITHIN = 1.0
AWAY_FOR = 2.0

logger = structlog.get_logger(__name__)


class Breaker:
    """Closed while Redis answers. Once open, whoever comes has Redis asked, ``AWAY_FOR`` after each ping in vain."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ask_from: float | None = None
        """From when a ping is worth it; ``None`` while Redis answers."""
        self._asked: asyncio.Task[None] | None = None

    def pass_or_refuse(self, client: GuardedRedis) -> None:
        """Raises ``redis.ConnectionError`` while Redis counts as away."""
        if self._ask_from is None:
            return
        due = self._clock.monotonic() >= self._ask_from
        if due and (self._asked is None or self._asked.done()):
            self._asked = asyncio.create_task(self._ask(client))
        raise NotConnected("Redis does not answer")

    def late(self) -> None:
        if self._ask_from is None:
            logger.warning("redis.hangs")
            self._ask_from = self._clock.monotonic()

    async def close(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
            await asyncio.wait([self._asked])

    async def _ask(self, client: GuardedRedis) -> None:
        try:
            await client.ask_past_the_breaker("PING")
        except TooLate:
            self._ask_from = self._clock.monotonic() + AWAY_FOR
        except (RedisError, OSError):  # it hangs no more: from here each call finds out for itself
            self._ask_from = None
        else:
            self._ask_from = None
            logger.info("redis.answers_again")


class GuardedRedis(Redis):
    """A Redis client behind a breaker. Its pipelines are, too; its channels are not, since listening may take long."""

    def __init__(self, pool: ConnectionPool, breaker: Breaker) -> None:
        super().__init__(connection_pool=pool)
        self.auto_close_connection_pool = True
        self.breaker = breaker

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        self.breaker.pass_or_refuse(self)
        return await self.ask_past_the_breaker(*args, **options)

    async def ask_past_the_breaker(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except TooLate:
            self.breaker.late()
            raise

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pipeline = _GuardedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipeline.guard = self
        return pipeline

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await self.breaker.close()
        await super().aclose(close_connection_pool)


class _GuardedPipeline(Pipeline):
    guard: GuardedRedis

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        self.guard.breaker.pass_or_refuse(self.guard)
        try:
            return await super().execute(raise_on_error)
        except TooLate:
            self.guard.breaker.late()
            raise


def redis_client(address: str, clock: Clock | None = None) -> GuardedRedis:
    """Every call is answered within ``ANSWERS_WITHIN``, or fails as when Redis is away."""
    pool = ConnectionPool.from_url(address, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN)
    return GuardedRedis(pool, Breaker(clock or SystemClock()))
