"""Receiving a file and giving it back. Nothing of it is kept before its size and content were found good."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from prometheus_client import Counter

from handoff.agents.audit import AuditTrail
from handoff.attachments import rules, store
from handoff.attachments.store import Uploads
from handoff.clock import stamp
from handoff.contract.events import Attachment
from handoff.conversations.log import find
from handoff.core import Core
from handoff.errors import Conflict, FrontdeskError, TooLarge, Unavailable
from handoff.storage import tables as t

WRITE_AT_ONCE = 256 * 1024
KEEP_UNSENT = timedelta(hours=24)
MOST_AT_ONCE = 500
MOST_IN_A_CONVERSATION = 100 * 1024**2
"""Bytes of one conversation's files together."""
LEFT_FREE = 512 * 1024**2
"""Bytes of the disk that files never take: the log lies there too."""

REFUSED = Counter("frontdesk_attachments_refused_total", "Files refused, by code", ["code"])


class AttachmentService:
    def __init__(self, core: Core, trail: AuditTrail) -> None:
        self._core = core
        self._trail = trail
        self.most_bytes = core.settings.attachment_bytes
        self.uploads = Uploads(Path(core.settings.uploads))

    async def receive(
        self, conversation_id: str, name: str, body: AsyncIterable[bytes], declared: int | None = None
    ) -> Attachment:
        """Keep a file for a message that will name it; ``declared``: how many bytes it is said to have.

        Raises ``TooLarge`` (``attachment_too_large``, ``attachments_too_much``), ``Unprocessable``
        (``attachment_type_refused``, ``attachment_name_refused``, ``attachment_empty``), ``Conflict``
        (``conversation_erased``) and ``Unavailable`` (``attachments_full``). What is refused is in the audit trail, by
        its code.
        """
        try:
            return await self._receive(conversation_id, name, body, declared)
        except FrontdeskError as refusal:
            REFUSED.labels(refusal.code).inc()
            await self._trail.refused(None, "attachment.upload", refusal.code, conversation_id=conversation_id)
            raise

    async def _receive(
        self, conversation_id: str, name: str, body: AsyncIterable[bytes], declared: int | None
    ) -> Attachment:
        if declared is not None and declared > self.most_bytes:
            raise self._too_large()
        (await self._core.database.read(lambda connection: find(connection, conversation_id))).must_live()
        if await asyncio.to_thread(self.uploads.free) < LEFT_FREE:
            raise Unavailable("attachments_full", "We can't take files just now. Please describe it in words for now.")
        part = await asyncio.to_thread(self.uploads.begin)
        try:
            size, head = await self._write(part, body)
            kind = rules.kind_of_head(head)
            if kind is None and await asyncio.to_thread(lambda: rules.is_plain_text(part.read_bytes())):
                kind = rules.TEXT
            if kind is None:
                raise rules.refused_kind()
            name = rules.safe_name(name, kind)
            attachment = Attachment(self._core.ids.new("att"), name, kind.media_type, size)
            await asyncio.to_thread(self.uploads.keep, part, attachment.id)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        row = {
            **vars(attachment),
            "conversation_id": conversation_id,
            "event_id": None,
            "uploaded_at": stamp(self._core.clock.now()),
        }
        try:
            await self._core.database.write(lambda connection: _insert(connection, row))
        except (TooLarge, Conflict):
            await asyncio.to_thread(self.uploads.remove, [attachment.id])
            raise
        return attachment

    async def _write(self, part: Path, body: AsyncIterable[bytes]) -> tuple[int, bytes]:
        size, head, pending = 0, b"", bytearray()
        async for chunk in body:
            size += len(chunk)
            if size > self.most_bytes:
                raise self._too_large()
            if len(head) < rules.HEAD:
                head = (head + chunk)[: rules.HEAD]
            pending += chunk
            if len(pending) >= WRITE_AT_ONCE:
                await asyncio.to_thread(self.uploads.add, part, bytes(pending))
                pending.clear()
        await asyncio.to_thread(self.uploads.add, part, bytes(pending))
        return size, head

    def _too_large(self) -> TooLarge:
        most = self.most_bytes // 1024**2
        return TooLarge("attachment_too_large", f"A file can have {most} MB at most.", most_bytes=self.most_bytes)

    async def find(self, attachment_id: str, conversation_id: str | None = None) -> tuple[Attachment, Path]:
        """What it is and where it lies. Raises ``NotFound``; with ``conversation_id`` for any other's file too."""
        row = await self._core.database.read(
            lambda connection: store.row_of(connection, attachment_id, conversation_id)
        )
        attachment = Attachment(row["id"], row["name"], row["media_type"], row["size"])
        return attachment, self.uploads.path(row["id"])

    async def conversation_of(self, attachment_id: str) -> str:
        """Whose it is. Raises ``NotFound``."""
        row = await self._core.database.read(lambda connection: store.row_of(connection, attachment_id, None))
        return str(row["conversation_id"])

    async def erase(self, conversation_ids: list[str]) -> int:
        """Remove every file of these conversations; how many there were."""
        ids = await self._core.database.write(lambda connection: store.take_out(connection, conversation_ids))
        await asyncio.to_thread(self.uploads.remove, ids)
        return len(ids)

    async def sweep(self) -> int:
        """Remove uploads of a day ago that no message took, and files without a row; how many."""
        now = self._core.clock.now()
        before = now - KEEP_UNSENT
        unsent = await self._core.database.write(lambda connection: store.take_out_unsent(connection, stamp(before)))
        gone = set(unsent)
        for old in _batched(await asyncio.to_thread(self.uploads.older_than, before.timestamp())):
            gone |= set(old) - await self._core.database.read(partial(store.known, ids=old))
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self.uploads.remove, sorted(gone))
        return len(gone)

    async def sweep_forever(self) -> None:
        while True:
            await self.sweep()
            await self._core.clock.sleep(timedelta(hours=1).total_seconds())


def _batched(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as one statement asks about."""
    return (names[at : at + MOST_AT_ONCE] for at in range(0, len(names), MOST_AT_ONCE))


def _insert(connection: sa.Connection, row: dict[str, Any]) -> None:
    """The conversation is locked: what an erasure or another file changes meanwhile is seen."""
    find(connection, row["conversation_id"], lock=True).must_live()
    a = t.attachments.c
    held = sa.select(sa.func.coalesce(sa.func.sum(a.size), 0)).where(a.conversation_id == row["conversation_id"])
    if connection.execute(held).scalar_one() + row["size"] > MOST_IN_A_CONVERSATION:
        most = MOST_IN_A_CONVERSATION // 1024**2
        raise TooLarge("attachments_too_much", f"That would be more than {most} MB of files in this conversation.")
    connection.execute(sa.insert(t.attachments), row)
