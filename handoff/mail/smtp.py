"""A company's own mail server as the post: encrypted and verified, or on this machine.

A server that has taken a mail may go away before it says so. Then nobody can know, and the mail is sent once more under
the same ``Message-ID``: rather twice than never. What comes after its word (``QUIT``) changes nothing any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import ssl
import threading

from handoff.errors import Unprocessable
from handoff.mail.letter import Letter, NotTaken, as_message
from handoff.mail.server import Server
from handoff.queue.contact import check_address

STEP = 60.0
"""Seconds that the server has for each of its words."""
WHOLE = 240.0
"""Seconds for a whole delivery; less than the lease of the row (``handoff.mail.store.LEASE``)."""


class Smtp:
    """``sender``: the plain address that mails come from; ``company``: the name shown beside it.

    Raises ``ValueError`` where ``sender`` is no address.
    """

    def __init__(
        self,
        server: Server,
        sender: str,
        company: str,
        *,
        trust: ssl.SSLContext | None = None,
        step: float = STEP,
        whole: float = WHOLE,
    ) -> None:
        try:
            self._sender = check_address(sender)
        except Unprocessable as exc:
            raise ValueError("the sender of mails is an e-mail address") from exc
        self._server = server
        self._company = company
        self._trust = trust or ssl.create_default_context()
        self._step = step
        self._whole = whole

    async def send(self, letter: Letter, /) -> None:
        """Raises ``NotTaken``. The server's own words go nowhere: they may repeat the address."""
        await asyncio.to_thread(self._send, letter)

    async def withdraw(self, letter_id: str, /) -> bool:  # noqa: ARG002
        """What a server has taken cannot be called back."""
        return False

    def _send(self, letter: Letter) -> None:
        try:
            client = self._connect()
        except (OSError, smtplib.SMTPException) as problem:
            raise _not_taken(problem) from None
        end = threading.Timer(self._whole, _cut, [client])
        end.daemon = True
        end.start()
        try:
            if self._server.security == "smtp":
                client.starttls(context=self._trust)
            if self._server.user:
                self._sign_in(client)
            self._hand_over(client, letter)
        except (OSError, smtplib.SMTPException) as problem:
            raise _not_taken(problem) from None
        else:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.putcmd("quit")  # politely; it is taken, whatever is answered
        finally:
            end.cancel()
            client.close()

    def _sign_in(self, client: smtplib.SMTP) -> None:
        try:
            client.login(self._server.user, self._server.password)
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, UnicodeError):
            raise NotTaken("login_refused", final=False) from None

    def _hand_over(self, client: smtplib.SMTP, letter: Letter) -> None:
        """As bytes of our own: ``send_message`` would write ``>From`` where a line begins with ``From``."""
        options = []
        if not letter.to.isascii():
            client.ehlo_or_helo_if_needed()
            if not client.has_extn("smtputf8"):
                raise NotTaken("address_refused", final=True)
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        raw = as_message(letter, self._sender, self._company).as_bytes()
        client.sendmail(self._sender, [letter.to], raw, mail_options=options)

    def _connect(self) -> smtplib.SMTP:
        server, name = self._server, self._sender.rpartition("@")[2]
        if server.security == "smtps":
            return smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=name, timeout=self._step, context=self._trust
            )
        return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=self._step)


def _cut(client: smtplib.SMTP) -> None:
    """End what a server draws out word by word."""
    if client.sock is not None:
        with contextlib.suppress(OSError):
            client.sock.shutdown(2)


def _not_taken(problem: Exception) -> NotTaken:
    """By what can be done about it: only a word about this mail or its address is final."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code = next((code for code, _ in problem.recipients.values()), 0)
            return NotTaken("address_refused", final=True) if code >= 500 else NotTaken("busy", final=False)
        case smtplib.SMTPSenderRefused():
            return NotTaken("sender_refused", final=False)
        case smtplib.SMTPDataError() if problem.smtp_code >= 500:
            return NotTaken("mail_refused", final=True)
        case smtplib.SMTPNotSupportedError() | ssl.SSLError():
            return NotTaken("not_secure", final=False)
        case smtplib.SMTPConnectError() | smtplib.SMTPServerDisconnected():
            return NotTaken("unreachable", final=False)
        case smtplib.SMTPException():
            return NotTaken("busy", final=False)
        case _:
            return NotTaken("unreachable", final=False)
