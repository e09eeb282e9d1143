"""WebSockets: hints and events to one reader, resumed from any ``seq``.

One task reads, one writes, both end together. Events are sent in order and once: what the hub brings is checked against
the last ``seq`` sent, and a gap is filled from the log. A reader that does not keep up is closed with 4008 and comes
back with its last ``seq``; a token that is not good closes with 4401, another's conversation with 4404, a point in the
log that cannot be with 4400, and a part of ours that is away with 1013: come back, nothing is wrong with you.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from fastapi import WebSocket
from prometheus_client import Gauge
from starlette.websockets import WebSocketDisconnect, WebSocketState

from handoff.conversations.log import Announcement, WireEvent
from handoff.errors import Forbidden, FrontdeskError, NotFound, Unauthorised
from handoff.gateway.hub import Listener, Signal
from handoff.origins import from_our_page
from handoff.settings import HandoffSettings

PROTOCOL = "frontdesk.v1"
BEARER = "bearer."
SLOW_READER = 4008
BAD_REQUEST = 4400
BAD_TOKEN = 4401
NOT_FOUND = 4404
FOREIGN_ORIGIN = 4403
TRY_AGAIN = 1013
ROOM_TO_CLOSE = 10.0
MOST_FRAMES_PER_MINUTE = 100

SOCKETS = Gauge("frontdesk_sockets", "Open sockets", ["kind"])

logger = structlog.get_logger(__name__)

Frame = dict[str, Any]


def token_of(socket: WebSocket) -> str | None:
    """The token offered as sub-protocol ``bearer.<token>`` (a browser cannot set headers on a socket)."""
    offered = socket.headers.get("sec-websocket-protocol", "")
    for protocol in (part.strip() for part in offered.split(",")):
        if protocol.startswith(BEARER):
            return protocol.removeprefix(BEARER)
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def origin_allowed(socket: WebSocket, settings: HandoffSettings) -> bool:
    """Our own origin, one on the list, or none at all (then the token alone decides). ``null`` is foreign."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    return origin in settings.public_origins or from_our_page(socket, settings.public_url)


async def accept(socket: WebSocket) -> None:
    """Agree on our protocol with a client that speaks it; one that named none gets none."""
    offered = [part.strip() for part in socket.headers.get("sec-websocket-protocol", "").split(",")]
    await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)


async def refuse(socket: WebSocket, code: int, reason: str) -> None:
    """Accept and close, so that a browser learns the code (a refused handshake shows it none)."""
    await accept(socket)
    await socket.close(code, reason)


async def serve(
    socket: WebSocket,
    kind: str,
    listener: Listener,
    frames_of: Callable[[Signal | None], Awaitable[list[Frame]]],
    on_frame: Callable[[Frame], Awaitable[None]],
    heartbeat_every: float,
) -> None:
    """Serve an accepted socket until either side leaves. ``frames_of(None)`` makes the heartbeat: one at once, which
    brings the backlog with it, and then one every ``heartbeat_every`` seconds, however much else there is to say."""
    reader = asyncio.create_task(_read(socket, on_frame))
    writer = asyncio.create_task(_write(socket, listener, frames_of, heartbeat_every))
    # Watched from outside: a writer that waits for a reader who has stopped reading cannot notice it.
    overflow = asyncio.create_task(_overflow(listener))
    SOCKETS.labels(kind).inc()
    try:
        done, _ = await asyncio.wait({reader, writer, overflow}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if (error := task.exception()) is not None and not isinstance(error, WebSocketDisconnect | RuntimeError):
                logger.error("socket.failed", error=type(error).__name__, exc_info=error)
    finally:
        SOCKETS.labels(kind).dec()
        for task in (reader, writer, overflow):
            task.cancel()
        await asyncio.gather(reader, writer, overflow, return_exceptions=True)
        if socket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
                code = SLOW_READER if listener.overflowed.is_set() else 1011
                await asyncio.wait_for(socket.close(code), ROOM_TO_CLOSE)


async def _overflow(listener: Listener) -> None:
    await listener.overflowed.wait()


async def _read(socket: WebSocket, on_frame: Callable[[Frame], Awaitable[None]]) -> None:
    """Frames from the client. Anything that is no JSON object is ignored; a flood ends the socket."""
    minute, count = 0, 0
    loop = asyncio.get_running_loop()
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text") or ""
        now = int(loop.time() // 60)
        minute, count = (minute, count + 1) if now == minute else (now, 1)
        if count > MOST_FRAMES_PER_MINUTE:
            await socket.close(1008, "too many frames")
            return
        try:
            frame = orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
        if isinstance(frame, dict):
            with contextlib.suppress(FrontdeskError):
                await on_frame(frame)


async def _write(
    socket: WebSocket,
    listener: Listener,
    frames_of: Callable[[Signal | None], Awaitable[list[Frame]]],
    heartbeat_every: float,
) -> None:
    loop = asyncio.get_running_loop()
    beat = loop.time()
    while True:
        signal: Signal | None = None
        if (left := beat - loop.time()) > 0:
            with contextlib.suppress(TimeoutError):
                signal = await asyncio.wait_for(listener.queue.get(), left)
        if signal is None:
            beat = loop.time() + heartbeat_every
        try:
            frames = await frames_of(signal)
        except FrontdeskError as exc:
            await socket.close(*_why(exc))
            return
        for frame in frames:
            await socket.send_text(orjson.dumps(frame).decode())


def _why(error: FrontdeskError) -> tuple[int, str]:
    if isinstance(error, Unauthorised | Forbidden):
        return BAD_TOKEN, "please sign in"  # signed out, or the account was switched off
    return (NOT_FOUND, "no such conversation") if isinstance(error, NotFound) else (TRY_AGAIN, "please come back")


class Follower:
    """Follows one conversation by ``seq``: gives every event once, in order, whatever the hub brings."""

    def __init__(
        self,
        after: int,
        load: Callable[[int], Awaitable[list[WireEvent]]],
        project: Callable[[list[WireEvent]], list[WireEvent]],
    ) -> None:
        self.seq = after
        self._load = load
        self._project = project

    async def frames(self, announcement: Announcement | None = None) -> list[Frame]:
        """Frames for what is new. Without an announcement, or where one leaves a gap, the log is read."""
        fresh = [event for event in announcement.events if event["seq"] > self.seq] if announcement else []
        if announcement is None or (fresh and fresh[0]["seq"] != self.seq + 1):
            fresh = await self._load(self.seq)
            while fresh and len(more := await self._load(fresh[-1]["seq"])) > 0:
                fresh = fresh + more
        if not fresh:
            return []
        self.seq = fresh[-1]["seq"]
        return [{"kind": "event", "event": event} for event in self._project(fresh)]
