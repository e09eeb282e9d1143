"""Where attachments lie: a row each in SQL, the bytes in a file under a random name that holds nothing of the sender's.

A file is complete on disk before its row is written, and a row goes before its file: what a crash leaves is a file
without a row, which ``sweep`` removes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from handoff.contract.events import Attachment
from handoff.conversations.log import LogWriter
from handoff.errors import NotFound, Unprocessable
from handoff.storage import tables as t

UNFINISHED = ".part-"


class Uploads:
    """The folder of the files. Its functions block: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def free(self) -> int:
        """Bytes that are free on its disk."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return shutil.disk_usage(self.folder).free

    def begin(self) -> Path:
        """An empty file for bytes that arrive."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, path = tempfile.mkstemp(prefix=UNFINISHED, dir=self.folder)
        os.close(handle)
        return Path(path)

    def add(self, path: Path, content: bytes) -> None:
        with path.open("ab") as file:
            file.write(content)

    def keep(self, path: Path, attachment_id: str) -> None:
        """Make it durable under its id."""
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(self.path(attachment_id))

    def path(self, attachment_id: str) -> Path:
        return self.folder / attachment_id

    def remove(self, attachment_ids: Sequence[str]) -> None:
        for attachment_id in attachment_ids:
            self.path(attachment_id).unlink(missing_ok=True)

    def older_than(self, moment: float) -> list[str]:
        """Names of the files last written before ``moment`` (seconds since 1970)."""
        if not self.folder.is_dir():
            return []
        return [file.name for file in os.scandir(self.folder) if file.is_file() and file.stat().st_mtime < moment]


def row_of(connection: sa.Connection, attachment_id: str, conversation_id: str | None = None) -> sa.RowMapping:
    """Raises ``NotFound``, for one of another conversation too."""
    query = sa.select(t.attachments).where(t.attachments.c.id == attachment_id)
    if conversation_id is not None:
        query = query.where(t.attachments.c.conversation_id == conversation_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("attachment_not_found", "There is no such attachment.")
    return row


def waiting(log: LogWriter, ids: Sequence[str]) -> list[Attachment]:
    """The uploads that a message may take with it, in the order asked for.

    Raises ``Unprocessable`` (``attachment_unknown``): not there, another conversation's, or sent already.
    """
    if not ids:
        return []
    mine = (t.attachments.c.conversation_id == log.conversation.id) & t.attachments.c.event_id.is_(None)
    query = sa.select(t.attachments).where(mine, t.attachments.c.id.in_(ids))
    found = {row["id"]: row for row in log.connection.execute(query).mappings()}
    if set(ids) - set(found) or len(set(ids)) != len(ids):
        raise Unprocessable("attachment_unknown", "One of the files is not there any more. Please attach it again.")
    rows = [found[each] for each in ids]
    return [Attachment(row["id"], row["name"], row["media_type"], row["size"]) for row in rows]


def mark_sent(connection: sa.Connection, ids: Sequence[str], event_id: str) -> None:
    if not ids:
        return
    connection.execute(sa.update(t.attachments).where(t.attachments.c.id.in_(ids)).values(event_id=event_id))


def take_out(connection: sa.Connection, conversation_ids: Sequence[str]) -> list[str]:
    """Delete the rows of these conversations; the ids, whose files the caller removes after the commit."""
    mine = t.attachments.c.conversation_id.in_(conversation_ids)
    ids = list(connection.execute(sa.select(t.attachments.c.id).where(mine)).scalars())
    connection.execute(sa.delete(t.attachments).where(mine))
    return ids


def take_out_unsent(connection: sa.Connection, before: str) -> list[str]:
    """Likewise for uploads from before ``before`` that no message took."""
    stale = t.attachments.c.event_id.is_(None) & (t.attachments.c.uploaded_at < before)
    ids = list(connection.execute(sa.select(t.attachments.c.id).where(stale).limit(500)).scalars())
    connection.execute(sa.delete(t.attachments).where(t.attachments.c.id.in_(ids)))
    return ids


def known(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    return set(connection.execute(sa.select(t.attachments.c.id).where(t.attachments.c.id.in_(ids))).scalars())
