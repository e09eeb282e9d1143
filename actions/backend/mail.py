"""Mails of the demo company, written as files: one JSON and one readable text a mail, in ``var/mail``.

A mail has a key (the operation's id, the code's id), its file name is made from it, and the same key is never
written twice: so a mail is as idempotent as the change that it speaks of.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

MailKind = Literal[
    "one_time_code",
    "confirmation",
    "return_label",
    "invoice",
    "password_reset",
    "payment_link",
    "address_check",
    "answer",
]


@dataclass(frozen=True)
class Mail:
    """``code`` is set for a one-time code alone. ``sent_at`` is RFC 3339 in UTC."""

    id: str
    kind: MailKind
    to: str
    subject: str
    text: str
    sent_at: str
    code: str | None = None


class Mailbox:
    """Blocking file work: call it from a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def send(
        self, *, key: str, kind: MailKind, to: str, subject: str, text: str, at: datetime, code: str | None = None
    ) -> Mail:
        """Write the mail, unless ``key`` was written before; then the older one is returned."""
        earlier = self.find(key)
        if earlier is not None:
            return earlier
        sent_at = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        mail = Mail(_mail_id(key), kind, to, subject, text, sent_at, code)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        readable = f"To: {to}\nSubject: {subject}\nDate: {sent_at}\n\n{text}\n"
        self._write(self._directory / f"{mail.id}.txt", readable)
        self._write(self._path(key), json.dumps(asdict(mail), ensure_ascii=False, indent=1))  # last: it is the proof
        return mail

    def find(self, key: str) -> Mail | None:
        path = self._path(key)
        if not path.exists():
            return None
        return Mail(**json.loads(path.read_text("utf-8")))

    def remove(self, key: str) -> bool:
        """Take a mail away. False where there is none."""
        path = self._path(key)
        path.with_suffix(".txt").unlink(missing_ok=True)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def _path(self, key: str) -> Path:
        return self._directory / f"{_mail_id(key)}.json"

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """Whole or not at all: under another name first, flushed, then renamed."""
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", dir=path.parent)
        draft = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def list_mails(directory: Path) -> list[dict[str, Any]]:
    """Every mail in the folder, oldest first, as JSON-ready data. A missing folder holds none."""
    mails = [json.loads(path.read_text("utf-8")) for path in directory.glob("mail_*.json")]
    return sorted(mails, key=lambda mail: (mail["sent_at"], mail["id"]))


def _mail_id(key: str) -> str:
    return "mail_" + hashlib.sha256(key.encode()).hexdigest()[:24]
