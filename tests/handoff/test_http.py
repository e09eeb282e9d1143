"""The edge under more than it can serve: a typed refusal, and what is here already goes on."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from handoff.http import RequestEdge
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
        async with connect(url.replace("http", "ws") + "/socket") as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        assert (await client.get("/health/live")).json() == "alive"

        may_end.set()
        assert (await first).json() == "served"
        assert (await client.get("/long")).json() == "served"
