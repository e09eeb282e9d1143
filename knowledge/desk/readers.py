"""What readers of the help pages say: counted once a visitor, article and day, without keeping who it was.

A visitor is a digest of address and browser under a random key of the day. The key is deleted with the day, and then
nobody can tell any more whose digest it was, nor join it to another day's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from knowledge.clock import Clock
from knowledge.database import Database
from knowledge.tables import article_feedback, visitor_keys

PER_MINUTE = 20
"""Things that one visitor may send in a minute."""
MOST_VISITORS = 10_000

f = article_feedback.c


class Readers:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._key: tuple[date, str] | None = None
        self._tidied: date | None = None
        self._recent: dict[str, deque[float]] = {}

    async def visitor(self, address: str, browser: str) -> str:
        """Names a visitor for today."""
        today = self._clock.now().date()
        if self._key is None or self._key[0] != today:
            self._key = (today, await self._key_of(today.isoformat()))
        told = f"{address}\0{browser}".encode()
        return hmac.new(bytes.fromhex(self._key[1]), told, hashlib.sha256).hexdigest()

    def may(self, visitor: str) -> bool:
        """Whether the visitor has not sent too much in the last minute; counts this time."""
        now = self._clock.monotonic()
        if len(self._recent) > MOST_VISITORS:
            self._recent.clear()
        times = self._recent.setdefault(visitor, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= PER_MINUTE:
            return False
        times.append(now)
        return True

    async def judge(self, article_id: str, version: int, visitor: str, *, helpful: bool) -> None:
        """Count one answer to "Was this helpful?"; a second one of the day takes the place of the first."""
        day = self._clock.now().date().isoformat()
        mine = (f.article_id == article_id, f.day == day, f.visitor == visitor)

        def work(connection: sa.Connection) -> None:
            update = sa.update(article_feedback).where(*mine).values(version=version, helpful=helpful)
            if not connection.execute(update).rowcount:
                connection.execute(
                    sa.insert(article_feedback).values(
                        article_id=article_id, day=day, visitor=visitor, version=version, helpful=helpful
                    )
                )

        await self._database.write(work)

    async def tidy(self) -> None:
        """Delete the keys of days that are over."""
        today = self._clock.now().date()
        if self._tidied == today:
            return
        over = sa.delete(visitor_keys).where(visitor_keys.c.day < today.isoformat())
        await self._database.write(lambda connection: connection.execute(over))
        self._tidied = today

    async def _key_of(self, day: str) -> str:
        """The day's key; the first process to want it makes it."""
        query = sa.select(visitor_keys.c.key).where(visitor_keys.c.day == day)

        def work(connection: sa.Connection) -> str:
            found = connection.execute(query).scalar()
            if found is None:
                found = secrets.token_hex(32)
                connection.execute(sa.insert(visitor_keys).values(day=day, key=found))
            return str(found)

        try:
            return await self._database.write(work)
        except IntegrityError:
            return str(await self._database.read(lambda connection: connection.execute(query).scalar()))
