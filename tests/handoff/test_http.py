"""The edge under more than it can serve: a typed refusal, and what is here already goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from structlog.contextvars import clear_contextvars
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from handoff.http import RequestEdge, install_error_handlers, refuse_early
from tests.handoff.conftest import serving

pytestmark = pytest.mark.service


async def test_one_too_many_is_told_to_come_back() -> None:
    app, arrived, may_end = FastAPI(), asyncio.Event(), asyncio.Event()

    @app.get("/long")
    async def long() -> str:
        arrived.set()
        await may_end.wait()
        return "served"

    @app.get("/health/live")
    async def live() -> str:
        return "alive"

    async with serving(RequestEdge(app, most=1)) as url, httpx.AsyncClient(base_url=url) as client:
        first = asyncio.create_task(client.get("/long"))
        await arrived.wait()

        refused = await client.get("/long")
        assert refused.status_code == 503
        assert refused.json()["code"] == "overloaded"
        assert refused.json()["request_id"] == refused.headers["X-Request-Id"]
        assert refused.headers["Retry-After"] == "1"
        for offered, agreed in ((None, None), (["frontdesk.v1", "bearer.x"], "frontdesk.v1")):
            async with connect(url.replace("http", "ws") + "/socket", subprotocols=offered) as socket:
                assert socket.subprotocol == agreed  # a browser that offered one and got none is told no code
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013
        assert (await client.get("/health/live")).json() == "alive"

        may_end.set()
        assert (await first).json() == "served"
        assert (await client.get("/long")).json() == "served"


async def test_a_body_is_as_much_too_large_when_it_says_so_as_when_it_turns_out() -> None:
    app = FastAPI()
    install_error_handlers(app)

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1024

    async with serving(RequestEdge(app, limit=2048)) as url, httpx.AsyncClient(base_url=url) as client:
        for content in (b"x" * 3072, in_pieces()):
            refused = await client.post("/read", content=content)
            assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
            assert refused.json()["message"] == "A request may hold at most 2 KiB."
            assert refused.json()["request_id"] == refused.headers["X-Request-Id"]
        assert (await client.post("/read", content=b"x" * 2048)).json() == 2048


async def test_what_is_refused_early_goes_under_the_id_of_its_request() -> None:
    async def early(scope: Any, receive: Any, send: Any) -> None:
        await refuse_early("foreign_origin", "Not from there.")(scope, receive, send)

    async with serving(RequestEdge(early)) as url, httpx.AsyncClient(base_url=url) as client:
        named = await client.get("/", headers={"X-Request-Id": "mine-1234"})
        assert named.json()["request_id"] == named.headers["X-Request-Id"] == "mine-1234"
        made = await client.get("/")
        assert made.json()["request_id"] == made.headers["X-Request-Id"] != "mine-1234"
    clear_contextvars()
    assert b"req_" in bytes(refuse_early("malformed", "No HTTP.").body)
