"""A mail server on a loopback socket that does as it is told: takes, refuses, breaks off, says nothing."""

from __future__ import annotations

import asyncio
import base64
import email
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path

ANSWERS = {
    "busy": ("rcpt", "450 4.7.1 later"),
    "no_such_address": ("rcpt", "550 5.1.1 no such user <{rcpt}>"),
    "not_your_address": ("mail", "553 5.7.1 not yours"),
    "refused": ("end", "554 5.7.1 spam"),
    "full": ("end", "452 4.3.1 no room"),
    "closed": ("greeting", "421 4.3.2 closing"),
    "bad_password": ("auth", "535 5.7.8 no"),
}
"""What a plan may name: where in the dialogue the server answers otherwise. Beside it: ``drop`` (takes the mail and
goes away before it says so), ``reset`` (goes away at once), ``silent`` (never greets)."""


@dataclass
class Taken:
    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        return self.message.get_content().replace("\r\n", "\n")


@dataclass
class MailServer:
    """``plan``: what to do with the next callers; then everything is taken."""

    port: int = 0
    plan: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    callers: int = 0
    signed_in_as: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    begins_tls: ssl.SSLContext | None = None
    utf8: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers += 1
        what = self.plan.pop(0) if self.plan else "take"
        try:
            if what == "reset":
                writer.transport.abort()
            elif what == "silent":
                await reader.read()
            else:
                await self._talk(reader, writer, what)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: str) -> None:
        place, otherwise = ANSWERS.get(what, ("", ""))

        def say(step: str, usual: str, **more: str) -> None:
            writer.write((otherwise.format(**more) if step == place else usual).encode() + b"\r\n")

        sender = to = ""
        say("greeting", "220 here")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb, argument = line[:4].upper(), line.partition(":")[2].partition(">")[0].lstrip("<")
            if verb == "EHLO":
                tls = ["STARTTLS"] if self.begins_tls and not _is_encrypted(writer) else []
                offers = ["here", *tls, *(["SMTPUTF8", "8BITMIME"] if self.utf8 else []), "AUTH PLAIN"]
                writer.write("".join(f"250-{each}\r\n" for each in offers[:-1]).encode())
                say("ehlo", f"250 {offers[-1]}")
            elif verb == "STAR":
                say("starttls", "220 go on")
                await writer.drain()
                assert self.begins_tls is not None
                await writer.start_tls(self.begins_tls)
            elif verb == "AUTH":
                user = base64.b64decode(line.rsplit(" ", 1)[-1]).split(b"\0")[1].decode()
                self.signed_in_as.append(user)
                say("auth", "235 welcome")
            elif verb == "MAIL":
                sender = argument
                say("mail", "250 ok")
            elif verb == "RCPT":
                to = argument
                say("rcpt", "250 ok", rcpt=to)
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                raw = (await reader.readuntil(b"\r\n.\r\n"))[: -len(b".\r\n")]
                if place != "end":
                    self.encrypted.append(_is_encrypted(writer))
                    self.taken.append(Taken(sender, to, raw.replace(b"\r\n..", b"\r\n.")))
                if what == "drop":
                    writer.transport.abort()
                    return
                say("end", "250 taken")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, begins_tls: ssl.SSLContext | None = None, utf8: bool = False
) -> AsyncIterator[MailServer]:
    """``tls``: from the first byte; ``begins_tls``: offered by ``STARTTLS``."""
    made = MailServer(begins_tls=begins_tls, utf8=utf8)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side for 127.0.0.1, and a client's that trusts it alone."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=here", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))


def _is_encrypted(writer: asyncio.StreamWriter) -> bool:
    return writer.get_extra_info("ssl_object") is not None
