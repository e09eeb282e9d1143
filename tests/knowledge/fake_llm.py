"""A server on loopback that speaks OpenAI's streaming chat protocol, well or badly, as a test asks for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Manner = Literal["well", "late", "error", "cut", "unfinished", "garbage"]
TOO_LATE = 30.0


@dataclass
class FakeModel:
    """``says`` is its answer, ``manner`` how it comes, ``first`` what happens before; ``asked`` are request bodies."""

    says: str = ""
    manner: Manner = "well"
    first: Callable[[], Awaitable[object]] | None = None
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def saw(self) -> str:
        """The text of the last request, as the model would read it."""
        return "\n".join(message["content"] for message in self.asked[-1]["messages"])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split("\r\n")[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        try:
            await self._answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        if self.first is not None:
            await self.first()
        if self.manner == "late":
            await asyncio.sleep(TOO_LATE)  # a model that hangs
        if self.manner == "error":
            body = b'{"error": {"message": "out of order"}}'
            writer.write(
                b"HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            )
            writer.write(body)
            await writer.drain()
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        if self.manner == "garbage":
            self._chunk(writer, b"data: {this is no JSON\n\n")
            await writer.drain()
            return
        words = self.says.split(" ")
        for word in words[: len(words) // 2] if self.manner in ("cut", "unfinished") else words:
            self._event(writer, {"content": word + " "}, None)
            await writer.drain()
        if self.manner == "cut":
            return
        if self.manner == "well":
            self._event(writer, {}, "stop")
        self._chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    def _event(self, writer: asyncio.StreamWriter, delta: dict[str, str], ended: str | None) -> None:
        event = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "fake",
            "choices": [{"index": 0, "delta": delta, "finish_reason": ended}],
        }
        self._chunk(writer, f"data: {json.dumps(event)}\n\n".encode())

    @staticmethod
    def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(b"%x\r\n" % len(data) + data + b"\r\n")


@asynccontextmanager
async def fake_model() -> AsyncIterator[FakeModel]:
    model = FakeModel()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        server.close()
