"""Announce what was committed: at once to this process, through Redis to the others, and again after a crash.

Every event has an outbox row from its own transaction. ``announce`` is called after the commit and is the fast path;
``sweep`` finds rows that nobody marked (the process died in between) and announces them again. Readers apply events by
``seq``, so hearing twice does no harm. Redis may be away or empty at any time: SQL keeps the truth.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

import orjson
import redis.asyncio as redis
import sqlalchemy as sa
import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from handoff.clock import Clock, stamp
from handoff.conversations.log import Announcement
from handoff.gateway.hub import Hint, Hub, Rights, Typing
from handoff.storage import tables as t
from handoff.storage.database import Database

CHANNEL = "frontdesk:announcements"
MARK_EVERY = 0.5
BATCH = 500
RECONNECT_AFTER = 0.5
ASK_AFTER = 10.0
"""Seconds of silence after which Redis is asked whether it still hears us, and within which it answers."""

logger = structlog.get_logger(__name__)


class Announcer:
    def __init__(
        self,
        database: Database,
        hub: Hub,
        client: redis.Redis,
        listening: redis.Redis,
        clock: Clock,
        instance: str,
    ) -> None:
        self._database = database
        self._hub = hub
        self._redis = client
        self._listening = listening
        self._clock = clock
        self._instance = instance
        self._announced: deque[str] = deque()
        self._outgoing: asyncio.Queue[Announcement | Typing | Rights] = asyncio.Queue(1000)

    def announce(self, announcement: Announcement | None) -> None:
        """Tell every listener of this process now; Redis and the outbox follow in the background."""
        if announcement is None or not announcement.events:
            return
        self._hub.tell(announcement)
        self._announced.extend(event["id"] for event in announcement.events)
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(announcement)

    def typing(self, sign: Typing) -> None:
        """Somebody is writing: heard by whoever listens now, in every process, and kept nowhere."""
        self._hub.tell(sign)
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(sign)

    def rights(self, agent_id: str) -> None:
        """An account was changed or switched off: open sockets look it up again at once, in every process."""
        changed = Rights(agent_id)
        self._hub.tell_desk(changed)
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(changed)

    async def publish_forever(self) -> None:
        """Send hints to the other processes. A hint that Redis does not take is dropped: sockets see the gap at the
        next heartbeat."""
        while True:
            signal = await self._outgoing.get()
            hint = {"from": self._instance, "conversation": signal.conversation_id, "owner": signal.owner}
            if isinstance(signal, Typing):
                hint["typing"] = signal.who
            elif isinstance(signal, Rights):
                hint["rights"] = signal.agent_id
            try:
                await self._redis.publish(CHANNEL, orjson.dumps(hint))
            except (RedisError, OSError):
                logger.warning("announcement.not_published", conversation_id=signal.conversation_id)

    async def listen_forever(self) -> None:
        """Pass other processes' hints to the hub."""
        away = False
        while True:
            try:
                async with self._listening.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    if away:
                        logger.info("announcements.redis_back")
                    away = False
                    await self._listen(channel)
            except (RedisError, OSError):
                if not away:  # said once, not at every try
                    logger.warning("announcements.redis_away")
                away = True
            await self._clock.sleep(RECONNECT_AFTER)

    async def _listen(self, channel: PubSub) -> None:
        """Raises ``RedisError`` where the line is dead. Who only listens never notices that the other end is gone."""
        asked = False
        while True:
            message = await channel.get_message(timeout=ASK_AFTER)
            if message is None and asked:
                raise NotConnected("Redis does not answer on the listening line")
            if message is None:
                await channel.ping()
            elif message["type"] == "message":
                self._hear(message["data"])
            asked = message is None

    async def mark_forever(self) -> None:
        """Mark what was announced, in batches, so that the fast path costs no write."""
        while True:
            await self._clock.sleep(MARK_EVERY)
            while self._announced:
                await self.mark()

    async def mark(self) -> None:
        ids = [self._announced.popleft() for _ in range(min(BATCH, len(self._announced)))]
        now = stamp(self._clock.now())
        try:
            await self._database.write(
                lambda connection: connection.execute(
                    sa.update(t.outbox).where(t.outbox.c.event_id.in_(ids)).values(announced_at=now)
                )
            )
        except Exception:
            self._announced.extendleft(reversed(ids))
            raise

    async def sweep(self, older_than: str) -> int:
        """Announce again what was committed before ``older_than`` and never marked. Returns how many conversations."""
        ids = set(self._announced)

        def pending(connection: sa.Connection) -> list[tuple[str, str, str]]:
            query = (
                sa.select(t.outbox.c.event_id, t.outbox.c.conversation_id, t.conversations.c.owner)
                .join(t.conversations, t.conversations.c.id == t.outbox.c.conversation_id)
                .where(t.outbox.c.announced_at.is_(None), t.outbox.c.created_at < older_than)
                .limit(BATCH)
            )
            return [(row.event_id, row.conversation_id, row.owner) for row in connection.execute(query)]

        missed = [row for row in await self._database.read(pending) if row[0] not in ids]
        for conversation_id, owner in {(row[1], row[2]) for row in missed}:
            self._hub.tell(Hint(conversation_id, owner))
        self._announced.extend(row[0] for row in missed)
        return len({row[1] for row in missed})

    def _hear(self, data: bytes) -> None:
        hint = orjson.loads(data)
        if hint["from"] == self._instance:
            return
        if "typing" in hint:
            self._hub.tell(Typing(hint["conversation"], hint["typing"], hint["owner"]))
        elif "rights" in hint:
            self._hub.tell_desk(Rights(hint["rights"]))
        else:
            self._hub.tell(Hint(hint["conversation"], hint["owner"]))
