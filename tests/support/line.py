"""A line to the stack that can be cut: what a browser's own switch leaves open ends here, as with a pulled cable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CHUNK = 64 * 1024


@dataclass
class Line:
    """Carries bytes from ``port`` to ``to``. ``cut`` and ``mend`` may be called from any thread."""

    to: int
    loop: asyncio.AbstractEventLoop
    port: int = 0
    whole: bool = True
    ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        self.whole = False
        self.loop.call_soon_threadsafe(self._drop)

    def mend(self) -> None:
        self.whole = True

    def _drop(self) -> None:
        for end in tuple(self.ends):
            end.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.to)
        both = {writer, back}
        if not self.whole:  # cut while it opened
            for end in both:
                end.transport.abort()
            return
        self.ends |= both
        try:
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        finally:
            self.ends -= both
            for end in both:
                end.transport.abort()


@asynccontextmanager
async def line(to: int) -> AsyncIterator[Line]:
    made = Line(to, asyncio.get_running_loop())
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.cut()
        server.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
