"""Who is at the desk: a hint in Redis with a life of its own. It decides nothing and may be lost at any time.

Each process remembers the people whose sockets it holds and writes them again as soon as it notices that Redis forgot
(``refresh``, every second), so presence is whole again within one round after everything in Redis was lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import orjson
import redis.asyncio as redis
from redis.exceptions import RedisError

from handoff.clock import Clock

KEY = "presence:staff"
MARK = "presence:whole"
LIFE = timedelta(seconds=45)
"""How long one sign of life counts at least: a desk without a socket renews itself every half a minute."""
HEARTBEATS = 2.25
"""So many heartbeats of the desk's socket it counts where they are slow: one of them may be lost or late."""
WRITES_IN_A_LIFE = 9

State = Literal["online", "away", "offline"]


@dataclass(frozen=True)
class Sign:
    """What was last known of one person: what they chose, and when (seconds since 1970) they were there and busy."""

    chosen: State
    seen: float
    active: float


def life_of(heartbeat_every: timedelta) -> timedelta:
    return max(LIFE, HEARTBEATS * heartbeat_every)


def state_of(sign: Sign, now: float, away_after: timedelta, life: timedelta = LIFE) -> State:
    """``away`` by choice, or after ``away_after`` without a sign that a person did something; ``offline`` likewise."""
    if sign.chosen == "offline" or now - sign.seen > life.total_seconds():
        return "offline"
    idle = now - sign.active > away_after.total_seconds()
    return "away" if idle or sign.chosen == "away" else "online"


class Presence:
    """``life``: how long a sign counts, longer than the pause between two of them (``life_of``)."""

    def __init__(self, client: redis.Redis, clock: Clock, away_after: timedelta, life: timedelta = LIFE) -> None:
        self._redis = client
        self._clock = clock
        self._away_after = away_after
        self._life = life
        self._own: dict[str, Sign] = {}
        self._sockets: dict[str, int] = {}
        self._written: dict[str, float] = {}
        self.on_change: Callable[[], None] = lambda: None

    async def arrive(self, agent_id: str) -> None:
        """A desk's socket was opened."""
        self._sockets[agent_id] = self._sockets.get(agent_id, 0) + 1
        await self.active(agent_id)

    async def depart(self, agent_id: str) -> None:
        """A socket was closed. With the last one the sign of life ends soon, whatever Redis still says."""
        left = self._sockets.get(agent_id, 1) - 1
        self._sockets[agent_id] = left
        if left <= 0:
            self._sockets.pop(agent_id, None)
            self._own.pop(agent_id, None)

    async def seen(self, agent_id: str) -> None:
        """Still there: a heartbeat, or a page that reads."""
        await self._note(agent_id, active=False)

    async def active(self, agent_id: str) -> None:
        """Somebody did something."""
        await self._note(agent_id, active=True)

    async def choose(self, agent_id: str, state: State) -> None:
        """It lasts, whatever they do, until the next choice; ``offline`` until the next sign-in, too."""
        now = self._clock.now().timestamp()
        await self._write(agent_id, Sign(state, now, now))
        self.on_change()

    async def signed_in(self, agent_id: str) -> None:
        before = self._own.get(agent_id) or await self._stored(agent_id)
        if before and before.chosen == "offline":
            await self.choose(agent_id, "online")
        else:
            await self.active(agent_id)

    async def signed_out(self, agent_id: str) -> None:
        """Gone at once. The sign stays as one whose time is over: it tells who left from what Redis forgot."""
        self._own.pop(agent_id, None)
        self._written.pop(agent_id, None)
        try:
            await self._redis.hset(KEY, agent_id, _text(Sign("online", 0, 0)))
        except (RedisError, OSError):
            return
        self.on_change()

    async def states(self) -> dict[str, State] | None:
        """Everybody of whom there is a sign; ``None`` while Redis is away and nobody can say."""
        try:
            found: Any = await self._redis.hgetall(KEY)
        except (RedisError, OSError):
            return None
        now = self._clock.now().timestamp()
        return {key.decode(): self._state(_read(value), now) for key, value in found.items()}

    async def refresh(self) -> bool:
        """Write everybody of this process again where Redis forgot. Returns whether it had."""
        try:
            if await self._redis.exists(MARK):
                return False
            now = self._clock.now().timestamp()
            held = {name: Sign(sign.chosen, now, sign.active) for name, sign in self._own.items()}
            async with self._redis.pipeline(transaction=True) as pipeline:
                if held:
                    pipeline.hset(KEY, mapping={name: _text(sign) for name, sign in held.items()})
                pipeline.set(MARK, "1")
                await pipeline.execute()
        except (RedisError, OSError):
            return False
        return True

    async def _note(self, agent_id: str, *, active: bool) -> None:
        now = self._clock.now().timestamp()
        due = now - self._written.get(agent_id, 0.0) >= self._life.total_seconds() / WRITES_IN_A_LIFE
        before = await self._known(agent_id) if due else self._own.get(agent_id) or await self._stored(agent_id)
        fresh = before is None or self._state(before, now) == "offline"
        chosen: State = before.chosen if before else "online"
        since = before.active if before and not active and not fresh else now
        sign = Sign(chosen, now, since)
        back = before is None or self._state(before, now) != self._state(sign, now)
        if agent_id in self._sockets:
            self._own[agent_id] = sign
        if back or due:
            await self._write(agent_id, sign)
        if back:
            self.on_change()

    def _state(self, sign: Sign, now: float) -> State:
        return state_of(sign, now, self._away_after, self._life)

    async def _known(self, agent_id: str) -> Sign | None:
        """The sign with what was chosen last, in whichever process."""
        own, stored = self._own.get(agent_id), await self._stored(agent_id)
        if own is None or stored is None:
            return own or stored
        return Sign(stored.chosen, max(own.seen, stored.seen), max(own.active, stored.active))

    async def _stored(self, agent_id: str) -> Sign | None:
        try:
            found: Any = await self._redis.hget(KEY, agent_id)
        except (RedisError, OSError):
            return None
        return _read(found) if found else None

    async def _write(self, agent_id: str, sign: Sign) -> None:
        if agent_id in self._sockets:
            self._own[agent_id] = sign
        self._written[agent_id] = sign.seen
        try:
            await self._redis.hset(KEY, agent_id, _text(sign))
        except (RedisError, OSError):
            return


def _text(sign: Sign) -> bytes:
    return orjson.dumps([sign.chosen, sign.seen, sign.active])


def _read(value: bytes) -> Sign:
    chosen, seen, active = orjson.loads(value)
    return Sign(chosen, seen, active)
