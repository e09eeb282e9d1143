"""Export and erasure of one customer's data, across every store.

The log's own database, the uploads, Redis and the memory of the bots are done here; other parts hand in an
``OtherStore`` each. An erasure may be repeated at any time: what is gone already counts nothing, and a run that was cut
off is completed by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import sqlalchemy as sa
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from handoff.agents.audit import AuditTrail
from handoff.assistant.client import Assistant
from handoff.attachments.store import Uploads
from handoff.clock import Clock, Ids, stamp
from handoff.conversations import here
from handoff.conversations.log import ERASED, LogWriter, find
from handoff.desk import viewers
from handoff.errors import Conflict, FrontdeskError, NotFound, Unavailable
from handoff.privacy import store
from handoff.queue.contact import check_address, check_phone
from handoff.storage.database import Database

RETAINED = (
    "orders, payments and invoices in the business system, which the law has a company keep",
    "receipts of changes that were made, without what they were about",
    "that events happened, when and of which type, and the scores of turns and surveys, under a name that means nobody",
)

KEYS_OF_A_CONVERSATION = ("limit:*:{}:*", f"{viewers.KEY}{{}}", f"{here.KEY}{{}}")
"""Keys live minutes; those that name a conversation of the customer go at once."""

logger = structlog.get_logger(__name__)


MOST_NAMED = 200
"""Conversations that one entry of the audit trail names."""


@dataclass(frozen=True)
class Whose:
    """Whose data is meant: a known customer's, or that of somebody who never signed in, by their conversation or by an
    e-mail address or telephone number that they left."""

    by: Literal["customer", "conversation", "email", "phone"]
    value: str


@dataclass(frozen=True)
class Subject:
    """Whose data it is. ``customer_id``: ``None`` for somebody who never signed in. ``addresses``: e-mail addresses and
    telephone numbers that they gave."""

    customer_id: str | None
    conversation_ids: tuple[str, ...]
    addresses: frozenset[str]


class OtherStore(Protocol):
    """A place outside the log's database in which something of a customer may lie."""

    name: str

    async def export(self, subject: Subject, /) -> Any:
        """JSON-ready data."""
        ...

    async def erase(self, subject: Subject, /) -> int:
        """How many things went."""
        ...


class PrivacyService:
    def __init__(
        self,
        database: Database,
        redis: Redis,
        uploads: Uploads,
        assistant: Assistant,
        trail: AuditTrail,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._database = database
        self._redis = redis
        self._uploads = uploads
        self._assistant = assistant
        self._trail = trail
        self._clock = clock
        self._ids = ids
        self.others: Sequence[OtherStore] = ()

    async def export(self, whose: Whose, agent_id: str | None = None) -> dict[str, Any]:
        """Everything that is held, for ``agent_id`` (none: an operator), which is audited.

        Raises ``NotFound`` where nothing is held, ``Conflict`` (``customer_known``) where a guest is asked for and a
        known customer found, ``Unprocessable`` (``bad_address``, ``bad_phone``).
        """
        async with self._refusals(agent_id, "customer.export"):
            subject = await self._subject(whose)
            document = await self._export(subject)
        named = list(subject.conversation_ids[:MOST_NAMED])
        await self._trail.done(agent_id, "customer.export", conversations=named, count=len(subject.conversation_ids))
        return document

    async def erase(self, whose: Whose, agent_id: str | None = None) -> dict[str, Any]:
        """Take them out of every store; the report counts what went and names what stays. Audited, under the name that
        means nobody. Raises as ``export``."""
        async with self._refusals(agent_id, "customer.erase"):
            report = await self._erase(await self._subject(whose))
        counts = {name: value for name, value in report.items() if isinstance(value, int)}
        await self._trail.done(agent_id, "customer.erase", object_id=report["erased_as"], **counts)
        return report

    @asynccontextmanager
    async def _refusals(self, agent_id: str | None, action: str) -> AsyncIterator[None]:
        try:
            yield
        except FrontdeskError as refusal:
            await self._trail.refused(agent_id, action, refusal.code)
            raise

    async def _export(self, subject: Subject) -> dict[str, Any]:
        conversations = await self._database.read(lambda c: store.export(c, subject.conversation_ids))
        others = {each.name: await each.export(subject) for each in self.others}
        if not conversations and not any(others.values()):
            raise _nobody()
        return {
            "customer_id": subject.customer_id,
            "exported_at": stamp(self._clock.now()),
            "conversations": conversations,
            **others,
        }

    async def _erase(self, subject: Subject) -> dict[str, Any]:
        began = self._clock.monotonic()
        others = {each.name: await each.erase(subject) for each in self.others}
        if not subject.conversation_ids and not any(others.values()):
            raise _nobody()
        alias = self._ids.new(ERASED)
        counts = {"conversations": 0, "events": 0, "texts": 0}
        # The conversations are the way to everything else, so they lose the customer's name last.
        files = await self._database.write(lambda c: store.take_attachments(c, subject.conversation_ids))
        await asyncio.to_thread(self._uploads.remove, files)
        keys = await self._forget_in_redis(subject)
        live = await self._assistant.forget(subject.conversation_ids)
        for conversation_id in subject.conversation_ids:
            done = await self._database.write(self._erasing(conversation_id, alias))
            counts = {name: counts[name] + done[name] for name in counts}
        # A turn that began meanwhile, from what the log still held, is out of the bots' memory with this.
        late = await self._assistant.forget(subject.conversation_ids)
        # What a reader of the log carried into another store meanwhile goes, too; it was no thing of its own to count.
        for each in self.others:
            await each.erase(subject)
        scrubbed = await self._scrub()
        seconds = round(self._clock.monotonic() - began, 2)
        logger.info("customer.erased", alias=alias, seconds=seconds, **counts)
        return {
            "erased_as": alias,
            **counts,
            "files": len(files),
            "redis_keys": keys,
            "trackers": live.trackers + late.trackers,
            "bots_away": late.away,
            "scrubbed": scrubbed,
            **others,
            "retained": list(RETAINED),
            "seconds": seconds,
        }

    async def _subject(self, whose: Whose) -> Subject:
        given: frozenset[str] = frozenset()
        if whose.by in ("email", "phone"):
            check = check_address if whose.by == "email" else check_phone
            given = frozenset({check(whose.value)})

        def work(connection: sa.Connection) -> Subject:
            if whose.by == "customer":
                ids = store.conversations_of(connection, whose.value)
            elif whose.by == "conversation":
                ids = _guests_alone({whose.value: find(connection, whose.value).customer_id})
            else:
                ids = _guests_alone(store.conversations_that_left(connection, *given))
            addresses = given | store.addresses_of(connection, ids)
            return Subject(whose.value if whose.by == "customer" else None, tuple(ids), addresses)

        return await self._database.read(work)

    def _erasing(self, conversation_id: str, alias: str) -> Callable[[sa.Connection], dict[str, int]]:
        def work(connection: sa.Connection) -> dict[str, int]:
            return store.erase(LogWriter.locked(connection, conversation_id, self._clock.now(), self._ids), alias)

        return work

    async def _scrub(self) -> bool:
        """Whether deleted text was overwritten; where the store is too busy, the next erasure does it."""
        try:
            await self._database.scrub()
        except (Unavailable, sa.exc.OperationalError):
            logger.warning("erasure.not_scrubbed")
            return False
        return True

    async def _forget_in_redis(self, subject: Subject) -> int:
        """Counters and presence live minutes there; what names the customer or a conversation of theirs goes now."""
        gone = 0
        try:
            for name in map(_literal, subject.conversation_ids):
                for pattern in KEYS_OF_A_CONVERSATION:
                    async for key in self._redis.scan_iter(match=pattern.format(name), count=1_000):
                        gone += await self._redis.unlink(key)
        except (RedisError, OSError):
            logger.warning("erasure.redis_away")
        return gone


def _guests_alone(found: Mapping[str, str | None]) -> list[str]:
    """``found``: conversations, and whose they are. Of an erased one nothing is held."""
    known = {customer for customer in found.values() if customer and not customer.startswith(f"{ERASED}_")}
    if known:
        raise Conflict(
            "customer_known",
            "This is a known customer's. Take the customer's id instead.",
            customers=sorted(known),
        )
    return [conversation_id for conversation_id, customer in found.items() if customer is None]


def _literal(name: str) -> str:
    return "".join(f"\\{character}" if character in "*?[]\\^" else character for character in name)


def _nobody() -> NotFound:
    return NotFound("customer_not_found", "Nothing is held of such a customer.")
