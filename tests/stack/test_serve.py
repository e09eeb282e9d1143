"""The two listeners: limits, order of ending, and nothing said about what serves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from stack.serve import FRAME_LIMIT, public_listener, serve
from stack.settings import Settings, load
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


async def public(scope: Any, receive: Any, send: Any) -> None:
    """Answers pages, echoes frames."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": str(len(message["text"]))})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"public"})


async def private(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"private"})


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[Settings, asyncio.Task[None]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = load(var_dir=tmp_path, port=port, shutdown_grace=2)
    settings.paths.create()
    task = asyncio.create_task(serve(public, private, settings))
    async with httpx.AsyncClient() as client:

        async def answers() -> bool:
            try:
                return (await client.get(settings.address)).status_code == 200
            except httpx.TransportError:
                return False

        await eventually("the public port answers", answers)
    yield settings, task
    if not task.done():
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, 10)


async def test_each_listener_serves_its_own(running: tuple[Settings, Any]) -> None:
    settings, _ = running
    path = settings.paths.actions_socket
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(path))) as inside:
        assert (await inside.get("http://actions/")).text == "private"
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(settings.address)
        assert answer.text == "public"
        assert "server" not in answer.headers


async def test_frames_are_limited_and_not_compressed(running: tuple[Settings, Any]) -> None:
    address = running[0].address.replace("http", "ws")
    async with connect(address) as client:
        assert not client.protocol.extensions
        await client.send("x" * FRAME_LIMIT)
        assert await client.recv() == str(FRAME_LIMIT)
        await client.send("x" * (FRAME_LIMIT + 1))
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_it_ends_when_told_even_with_an_open_socket(running: tuple[Settings, asyncio.Task[None]]) -> None:
    settings, task = running
    async with connect(settings.address.replace("http", "ws")) as client:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        await asyncio.wait_for(task, 5)
    assert not settings.paths.actions_socket.exists()


@pytest.mark.parametrize(
    "head",
    [
        "GET /hilfe/r\xfcckgabe HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"),
        b"FETCH /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v1/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
    ],
    ids=["a letter beyond ASCII", "no method", "a length that cannot be"],
)
async def test_what_is_no_http_is_refused_in_the_one_shape(running: tuple[Settings, Any], head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", running[0].port)
    writer.write(head)
    status, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    writer.close()
    assert status.startswith(b"HTTP/1.1 400 ")
    told = json.loads(body)
    assert (set(told), told["code"]) == ({"code", "message", "data", "request_id"}, "malformed")


async def test_requests_that_only_wait_are_let_go_before_it_ends(tmp_path: Path) -> None:
    """Else one of them costs the whole grace."""
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def waiting(scope: Any, receive: Any, send: Any) -> None:
        arrived.set()
        await let_go.wait()
        await public(scope, receive, send)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = load(var_dir=tmp_path, port=port, shutdown_grace=60)
    settings.paths.create()
    task = asyncio.create_task(serve(waiting, private, settings, let_go.set))
    transport = httpx.AsyncHTTPTransport(retries=10)
    async with httpx.AsyncClient(transport=transport, timeout=30) as client, asyncio.timeout(30):
        asked = asyncio.create_task(client.get(settings.address))
        await arrived.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        assert (await asked).text == "public"
        await task


def test_limits_are_ours_not_the_defaults(tmp_path: Path) -> None:
    settings = load(var_dir=tmp_path)
    config = public_listener(public, settings).config
    assert config.ws_max_size == 64 * 1024
    assert config.timeout_graceful_shutdown == 8
    assert not config.ws_per_message_deflate
    assert not config.server_header
