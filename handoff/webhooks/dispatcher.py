"""From the outbox to the receivers, in the worker: collected with the position that was read, sent, tried again.

At least once, with the same id each time; in order within a conversation, since a later event waits until an earlier
one is through or given up. A receiver that was down gets everything when it is back.
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from functools import partial

import orjson
import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from handoff.clock import Clock, parse, stamp
from handoff.outbox.feed import EventFeed
from handoff.storage import tables as t
from handoff.storage.database import Database
from handoff.webhooks import rules, store
from handoff.webhooks.sender import Answer, Sender
from handoff.webhooks.signing import sign

AT_ONCE = 16
"""Of one webhook."""
PATIENCE = 0.5
"""Seconds that a round waits for slow receivers; then they go on beside it, and have nothing else due meanwhile."""
GONE = 410
DELIVERIES = Counter("frontdesk_webhook_deliveries_total", "Calls of receivers, by how they ended", ["end"])

logger = structlog.get_logger(__name__)


class Dispatcher:
    def __init__(
        self,
        database: Database,
        feed: EventFeed,
        sender: Sender,
        clock: Clock,
        chance: random.Random,
        *,
        every: timedelta = timedelta(seconds=1),
        first_pause: timedelta = rules.FIRST_PAUSE,
        most_attempts: int = rules.MOST_ATTEMPTS,
    ) -> None:
        self._database = database
        self._feed = feed
        self._sender = sender
        self._clock = clock
        self._chance = chance
        self._every = every.total_seconds()
        self._first_pause = first_pause
        self._most_attempts = most_attempts
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run_forever(self) -> None:
        try:
            while True:
                try:
                    while await self.step():
                        pass
                except Exception:
                    logger.exception("webhooks.failed")
                await self._clock.sleep(self._every)
        finally:
            await self._stop()

    async def step(self) -> int:
        """Collect what is new and send what is due; how many things were done."""
        return await self._collect() + await self._deliver()

    async def _collect(self) -> int:
        read = 0
        for row in await self._database.read(lambda c: store.webhooks(c, active=True)):
            events, position = await self._feed.after(row["position"])
            if position == row["position"]:
                continue
            now = stamp(self._clock.now())
            await self._database.write(partial(store.collect, row=row, events=events, position=position, now=now))
            read += len(events)
        return read

    async def _deliver(self) -> int:
        """Each webhook's deliveries are a task of their own: one that hangs keeps no other waiting."""
        now = stamp(self._clock.now())
        rows = await self._database.read(lambda c: store.due(c, now, AT_ONCE, self._busy))
        shares: dict[str, list[sa.RowMapping]] = {}
        for row in rows:
            shares.setdefault(row["webhook_id"], []).append(row)
        for webhook_id, share in shares.items():
            self._busy[webhook_id] = asyncio.create_task(self._send_all(webhook_id, share))
        if shares:
            await asyncio.wait([self._busy[each] for each in shares if each in self._busy], timeout=PATIENCE)
        return len(rows)

    async def _send_all(self, webhook_id: str, rows: list[sa.RowMapping]) -> None:
        try:
            for problem in await asyncio.gather(*map(self._send, rows), return_exceptions=True):
                if isinstance(problem, Exception):
                    logger.error("webhooks.failed", exc_info=problem)
        finally:
            del self._busy[webhook_id]

    async def _stop(self) -> None:
        running = list(self._busy.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _send(self, row: sa.RowMapping) -> None:
        moment = self._clock.now()
        body = orjson.dumps(await self._database.read(lambda c: _payload(c, row, stamp(moment))))
        timestamp = int(moment.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "Frontdesk-Webhooks/1",
            "webhook-id": row["message_id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(valid(row["secrets"], moment), row["message_id"], timestamp, body),
        }
        try:
            answer = await self._sender.send(row["url"], headers, body)
        except Exception:
            # Whatever it is, this delivery is settled: an unsettled one would keep the others from ever being due.
            logger.exception("webhook.call_failed", webhook_id=row["webhook_id"])
            answer = Answer(None, "connection")
        DELIVERIES.labels(answer.error or "delivered").inc()
        await self._database.write(lambda c: self._settle(c, row, answer))

    def _settle(self, connection: sa.Connection, row: sa.RowMapping, answer: Answer) -> None:
        moment, attempts = self._clock.now(), row["attempts"] + 1
        values = {"attempts": attempts, "status": answer.status, "error": answer.error}
        if answer.error is None:
            store.settle(connection, row["id"], **values, state="delivered", delivered_at=stamp(moment))
            return
        if answer.status == GONE:  # the receiver says that it wants nothing any more
            off = sa.update(t.webhooks).where(t.webhooks.c.id == row["webhook_id"])
            connection.execute(off.values(active=False))
        if attempts >= self._most_attempts:
            store.settle(connection, row["id"], **values, state="given_up")
            logger.warning("webhook.given_up", webhook_id=row["webhook_id"], error=answer.error)
            return
        pause = rules.pause_after(attempts, self._chance, self._first_pause)
        store.settle(connection, row["id"], **values, next_at=stamp(moment + pause))


def valid(secrets: list[dict[str, str | None]], now: datetime) -> list[str]:
    """The secrets to sign with: the newest, and those before it until their time is over."""
    return [str(each["secret"]) for each in secrets if not each["until"] or parse(str(each["until"])) > now]


def _payload(connection: sa.Connection, row: sa.RowMapping, now: str) -> dict[str, object]:
    if row["event_id"] is None:
        return rules.test_payload(row["webhook_id"], now)
    return rules.payload(store.event(connection, row["event_id"]), texts=row["texts"])
