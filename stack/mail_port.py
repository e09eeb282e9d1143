"""Who carries the answers that leave by e-mail: a company's mail server, or the demo's folder ``var/mail``.

Without either nothing is said to have been sent: a file that nobody fetches is no answer.
"""

from __future__ import annotations

import asyncio

from actions.backend.mail import Mailbox
from handoff.mail.letter import Letter, NotTaken, Post
from handoff.mail.server import read_server
from handoff.mail.smtp import Smtp
from stack.errors import WrongUse
from stack.settings import Settings


def open_post(settings: Settings, company: str) -> Post:
    """Raises ``WrongUse`` where the settings cannot be."""
    url = settings.mail_url.get_secret_value()
    if url:
        try:
            return Smtp(read_server(url), settings.mail_from, company)
        except ValueError as problem:
            raise WrongUse(f"The settings MAIL_URL and MAIL_FROM do not hold: {problem}.") from None
    return Folder(Mailbox(settings.paths.mail)) if settings.demo else Nobody()


class Folder:
    """Beside the demo company's other mails. The same letter is never written twice."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send(self, letter: Letter, /) -> None:
        await asyncio.to_thread(self._write, letter)

    async def withdraw(self, letter_id: str, /) -> bool:
        return await asyncio.to_thread(self._mailbox.remove, letter_id)

    def _write(self, letter: Letter) -> None:
        self._mailbox.send(
            key=letter.id,
            kind="answer",
            to=letter.to,
            subject=letter.subject,
            text=letter.text,
            at=letter.written_at,
        )


class Nobody:
    async def send(self, _letter: Letter, /) -> None:
        raise NotTaken("no_server", final=True)

    async def withdraw(self, _letter_id: str, /) -> bool:
        return False
