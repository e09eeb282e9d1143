"""An answer as a mail: what stands in it, and the port that takes it. Pure.

A mail holds the colleague's words and ours, never the customer's and no address that they gave beside their own: else
anybody could have us mail their words to anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Literal, Protocol

from handoff.errors import Unprocessable
from handoff.notices.catalogue import language_of, notices_for
from handoff.queue.contact import check_address, deliverable

Trouble = Literal[
    "no_server",
    "unreachable",
    "not_secure",
    "login_refused",
    "sender_refused",
    "busy",
    "address_refused",
    "bad_address",
    "mail_refused",
    "unexpected",
]


class NotTaken(Exception):
    """The mail did not leave. ``final``: trying again would change nothing."""

    def __init__(self, trouble: Trouble, *, final: bool) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.final = final


@dataclass(frozen=True)
class Letter:
    """``id`` is the row's: whoever takes a letter takes it once under it. ``text``: lines end with a line feed."""

    id: str
    to: str
    subject: str
    text: str
    language: str
    written_at: datetime


class Post(Protocol):
    """Whoever carries letters away."""

    async def send(self, letter: Letter, /) -> None:
        """Returns once it was taken for delivery. Raises ``NotTaken``."""
        ...

    async def withdraw(self, letter_id: str, /) -> bool:
        """Take back what was sent, where that can be done: its customer was erased while it left."""
        ...


def write(
    letter_id: str,
    *,
    to: str | None,
    words: Sequence[str],
    author: str,
    company: str,
    come_back_to: str,
    locale: str,
    written_at: datetime,
) -> Letter:
    """``words``: what the colleague wrote, oldest first. Raises ``NotTaken`` (``bad_address``)."""
    try:
        address = deliverable(check_address(to or ""))
    except Unprocessable as exc:
        raise NotTaken("bad_address", final=True) from exc
    notices, names = notices_for(locale), {"company": _one_line(company), "author": _one_line(author)}
    parts = [
        notices.mail_opening.format(**names),
        *words,
        notices.mail_come_back.format(address=come_back_to),
        names["company"],
    ]
    subject, text = notices.mail_subject.format(**names), _lines("\n\n".join(parts))
    return Letter(letter_id, address, subject, text, language_of(locale), written_at)


def as_message(letter: Letter, sender: str, company: str) -> EmailMessage:
    """The letter as RFC 5322 has it, the same each time: its ``Message-ID`` is made of its id, so that a receiver who
    gets it twice can know it. ``sender``: the plain address that it comes from."""
    message = EmailMessage(policy=SMTP if letter.to.isascii() else SMTPUTF8)
    message["From"] = Address(display_name=_one_line(company), addr_spec=sender)
    name, _, host = letter.to.rpartition("@")
    message["To"] = Address(username=name, domain=host)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    # Quoted-printable: plain ASCII, and no bare line ending for a server to stumble over.
    message.set_content(letter.text, cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> str:
    return "\n".join(text.splitlines()) + "\n"
