"""The address of a mail server, as an operator writes it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
HERE = ("127.0.0.1", "::1", "localhost")
Security = Literal["smtp", "smtps", "smtp+plain"]


@dataclass(frozen=True)
class Server:
    """``security``: TLS from the first byte (``smtps``), begun by ``STARTTLS`` and never left out (``smtp``), or none
    (``smtp+plain``), which only this machine's own server may have."""

    security: Security
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def read_server(url: str) -> Server:
    """``smtp://user:password@host:587``, with ``%`` escapes in user and password. Raises ``ValueError`` with a sentence
    that does not repeat the address, which holds a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the port of a mail server is a number") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a mail server is written as smtp://user:password@host:587 or smtps://…:465")
    if parts.scheme == "smtp+plain" and parts.hostname not in HERE:
        raise ValueError("without TLS (smtp+plain) only a mail server on this machine is spoken to")
    security: Security = parts.scheme  # type: ignore[assignment]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(security, parts.hostname, port or PORTS[security], user, password)
