"""Does a local HTTP server answer? Asked often while things start, so without a client library."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

_WITHIN = 4.0


async def http_status(path: str, *, port: int = 0, host: str = "127.0.0.1", socket: Path | None = None) -> int:
    """Status of ``GET path`` over TCP or a unix socket; 0 when nobody answers within four seconds."""
    with contextlib.suppress(OSError, TimeoutError, ValueError, IndexError):
        return await asyncio.wait_for(_ask(path, host, port, socket), _WITHIN)
    return 0


async def _ask(path: str, host: str, port: int, socket: Path | None) -> int:
    if socket is not None:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    else:
        reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()
