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
from knowledge.errors import TooMany
from knowledge.tables import article_feedback, visitor_keys

WINDOW = 60
"""Seconds that are counted together; whoever waits so long may come again."""
PER_MINUTE = 20
"""Things that may be sent from one address in a minute."""
SEARCHES_PER_MINUTE = 30
"""Searches from one address that are kept in a minute; more are answered alike."""
ANSWERED_PER_MINUTE = 120
"""Searches from one address that are answered in a minute: they share their threads with the chat's questions."""
MOST_VISITORS = 10_000
MOST_DIGITS = 16

f = article_feedback.c


class Readers:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._key: tuple[date, str] | None = None
        self._tidied: date | None = None
        self._recent: dict[tuple[str, int], deque[float]] = {}
        self._own_key = secrets.token_bytes(32)

    async def visitor(self, address: str, browser: str = "") -> str:
        """Names a visitor for today; without a browser, an address."""
        today = self._clock.now().date()
        if self._key is None or self._key[0] != today:
            self._key = (today, await self._key_of(today.isoformat()))
        told = f"{address}\0{browser}".encode()
        return hmac.new(bytes.fromhex(self._key[1]), told, hashlib.sha256).hexdigest()

    def token(self, visitor: str, number: int) -> str:
        """Names a search in a link, so that nobody but its visitor can speak about it, and only on this day."""
        return f"{number}-{self._seal(visitor, number)}"

    def number(self, visitor: str, token: str) -> int | None:
        """The search that a link of this visitor names; None for any other token."""
        number = token.partition("-")[0]
        if not number.isascii() or not number.isdigit() or len(number) > MOST_DIGITS:
            return None
        expected = f"{int(number)}-{self._seal(visitor, int(number))}"
        return int(number) if hmac.compare_digest(token.encode(), expected.encode()) else None

    def may(self, place: str, most: int = PER_MINUTE) -> bool:
        """Whether not too much came from there in the last minute; counts this time."""
        now = self._clock.monotonic()
        if len(self._recent) > MOST_VISITORS:
            self._recent.clear()
        times = self._recent.setdefault((place, most), deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True

    def check_search(self, address: str) -> None:
        """Raises ``TooMany``. Asks no database: the help centre is searched from memory, too."""
        place = hmac.new(self._own_key, address.encode(), hashlib.sha256).hexdigest()
        if not self.may(place, ANSWERED_PER_MINUTE):
            raise TooMany("too_many", "That's a lot at once. Please try again in a minute.", retry_after=WINDOW)

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

    def _seal(self, visitor: str, number: int) -> str:
        key = bytes.fromhex(self._key[1]) if self._key is not None else secrets.token_bytes(32)
        return hmac.new(key, f"search\0{visitor}\0{number}".encode(), hashlib.sha256).hexdigest()[:32]

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
