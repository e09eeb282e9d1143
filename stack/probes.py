"""Does a local HTTP server answer? Asked often while things start, so without a client library."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

_WITHIN = 4.0
PATIENTLY = 60.0
"""Seconds for an answer of whatever kind, from a process that serves already and may have a lot to do."""


async def http_status(path: str, *, port: int = 0, host: str = "127.0.0.1", socket: Path | None = None) -> int:
    """Status of ``GET path`` over TCP or a unix socket; 0 when nobody answers within four seconds."""
    words = await _first_line(_get(path), host, port, socket, _WITHIN)
    with contextlib.suppress(ValueError, IndexError):
        return int(words.split()[1])
    return 0


async def says_anything(
    *, path: str = "", words: bytes = b"", port: int = 0, host: str = "127.0.0.1", socket: Path | None = None
) -> bool:
    """Whether a server says anything at all to ``GET path``, or to ``words``: one that refuses is alive."""
    return bool(await _first_line(words or _get(path), host, port, socket, PATIENTLY))


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


async def _first_line(words: bytes, host: str, port: int, socket: Path | None, within: float) -> bytes:
    """Empty where no answer came in time."""
    with contextlib.suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(within):
            if socket is not None:
                reader, writer = await asyncio.open_unix_connection(str(socket))
            else:
                reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(words)
                await writer.drain()
                return await reader.readline()
            finally:
                writer.close()
    return b""
