"""Takes the mails that are due to the post, in the worker: each by one at a time, again with longer pauses, and marked.

A crash between the post's word and the mark leaves a mail that is taken once more when its lease has ended. A post that
keeps what it took by id (files) then finds it done; a mail server may send it twice, with the same ``Message-ID``.
No log line holds an address or a word of anybody: an id and a code.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from handoff.clock import Clock, Ids, parse, stamp
from handoff.conversations.log import LogWriter
from handoff.mail import store
from handoff.mail.letter import NotTaken, Post, write
from handoff.settings import HandoffSettings
from handoff.storage.database import Database
from handoff.surveys import service as surveys
from handoff.webhooks.rules import pause_after

AT_ONCE = 8
MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=30)
"""Doubled each time: twelve attempts take about eight hours."""
READER_LOOKED_AFTER = timedelta(seconds=10)
LONGEST_FOR_READER = timedelta(minutes=2)
LONGEST_IN_TALK = timedelta(minutes=30)
"""Whoever has the conversation open may answer there. Whoever does not for so long is mailed all the same; one who has
written to the colleague here is in a talk, and not mailed each time that they think."""
MAILS = Counter("frontdesk_mails_total", "Answers by e-mail, by how an attempt ended", ["end"])

logger = structlog.get_logger(__name__)


class Postman:
    """``is_here``: whether the customer of a conversation is connected; not knowing counts as away.
    ``come_back_to``: where customers find their conversation again."""

    def __init__(
        self,
        database: Database,
        post: Post,
        is_here: Callable[[str], Awaitable[bool]],
        clock: Clock,
        ids: Ids,
        chance: random.Random,
        settings: HandoffSettings,
        come_back_to: str,
        *,
        every: timedelta = timedelta(seconds=1),
        first_pause: timedelta = FIRST_PAUSE,
        most_attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self._database = database
        self._post = post
        self._is_here = is_here
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._settings = settings
        self._come_back_to = come_back_to
        self._every = every.total_seconds()
        self._first_pause = first_pause
        self._most_attempts = most_attempts

    async def run_forever(self) -> None:
        while True:
            try:
                while await self.step():
                    pass
            except Exception as problem:  # noqa: BLE001 - told by its name alone: it may hold an address
                logger.error("mails.failed", error=type(problem).__name__)
            await self._clock.sleep(self._every)

    async def step(self) -> int:
        """Take what is due; how many were looked at."""
        now = stamp(self._clock.now())
        rows = await self._database.read(lambda c: store.due(c, now, AT_ONCE))
        await asyncio.gather(*(self._take(row) for row in rows))
        return len(rows)

    async def _take(self, row: sa.RowMapping) -> None:
        now = self._clock.now()
        if row["attempts"] == 0 and await self._may_be_read(row, now - parse(row["created_at"])):
            later = stamp(now + READER_LOOKED_AFTER)
            await self._database.write(lambda c: store.postpone(c, row, later))
            return
        contents = await self._database.write(lambda c: store.take(c, row, now))
        if contents is None:
            return
        try:
            letter = write(
                row["id"],
                to=contents.address,
                words=contents.words,
                author=contents.author,
                company=self._settings.company_name,
                come_back_to=self._come_back_to,
                locale=contents.locale,
                written_at=contents.written_at,
            )
            await self._post.send(letter)
        except NotTaken as problem:
            await self._failed(row, problem)
        except Exception as problem:  # noqa: BLE001 - whatever it is, this mail is settled; told by its name alone
            logger.error("mail.failed", mail_id=row["id"], error=type(problem).__name__)
            await self._failed(row, NotTaken("unexpected", final=True))
        else:
            await self._sent(row)

    async def _may_be_read(self, row: sa.RowMapping, waited: timedelta) -> bool:
        """Whether the customer is here, has not written since, and has not had their time for it."""
        if waited >= LONGEST_IN_TALK or not await self._is_here(row["conversation_id"]):
            return False

        def work(connection: sa.Connection) -> bool:
            if store.went_on(connection, row):
                return False
            return waited < LONGEST_FOR_READER or store.in_talk(connection, row)

        return await self._database.read(work)

    async def _sent(self, row: sa.RowMapping) -> None:
        MAILS.labels("sent").inc()
        if not await self._change(row, lambda log: store.sent(log, row)):
            back = await self._post.withdraw(row["id"])
            logger.info("mail.of_an_erased_customer", mail_id=row["id"], withdrawn=back)

    async def _failed(self, row: sa.RowMapping, problem: NotTaken) -> None:
        attempts = row["attempts"] + 1
        MAILS.labels(problem.trouble).inc()
        logger.warning("mail.not_taken", mail_id=row["id"], trouble=problem.trouble, attempts=attempts)
        if problem.final or attempts >= self._most_attempts:
            await self._change(row, lambda log: store.give_up(log, row, problem.trouble))
            return
        at = stamp(self._clock.now() + pause_after(attempts, self._chance, self._first_pause))
        await self._database.write(lambda c: store.try_again(c, row, problem.trouble, at))

    async def _change(self, row: sa.RowMapping, work: Callable[[LogWriter], bool | None]) -> bool | None:
        """As ``Core.change``, without turns; the app announces what another process wrote."""

        def unit(connection: sa.Connection) -> bool | None:
            log = LogWriter.locked(connection, row["conversation_id"], self._clock.now(), self._ids)
            result = work(log)
            surveys.follow(log, self._settings)
            log.save()
            return result

        return await self._database.write(unit)
