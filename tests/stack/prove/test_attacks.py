"""The attacks notice a front desk that lets everything through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp import web

from stack.bench.client import connect
from stack.prove import attempts
from stack.prove.private_stack import PrivateStack
from stack.prove.strangers import Ground, Theirs

pytestmark = pytest.mark.service


@pytest_asyncio.fixture
async def open_house() -> AsyncIterator[Ground]:
    """Answers 200 to whatever is asked."""

    async def welcome(_: web.Request) -> web.Response:
        return web.json_response({"code": "fine"})

    house = web.Application()
    house.router.add_route("*", "/{anything:.*}", welcome)
    runner = web.AppRunner(house)
    await runner.setup()
    await (site := web.TCPSite(runner, "127.0.0.1", 0)).start()
    base = site.name
    async with connect() as session:
        stack = cast(PrivateStack, SimpleNamespace(base=base))
        yield Ground(session, stack, Theirs("a", "cnv_a", "a"), Theirs("b", "cnv_b", "b"), "cookie", ("A-1057",))
    await runner.cleanup()


@pytest.mark.parametrize(
    "attack",
    [
        attempts.other_peoples_conversations,
        attempts.routes_of_the_staff,
        attempts.bodies_that_are_too_much,
        attempts.doors_inside,
        attempts.frames_around_the_desk,
        attempts.passwords_guessed,
    ],
)
async def test_an_open_house_is_noticed(open_house: Ground, attack: Any) -> None:
    assert await attack(open_house) != []


def test_what_only_staff_may_call_is_told_from_what_strangers_may() -> None:
    for path in (
        "/api/v1/handoffs/{handoff_id}",
        "/api/v1/queue",
        "/api/v1/conversations/{c}/turns/{seq}",
        "/api/v1/team",
    ):
        assert not attempts.FOR_STRANGERS.match(path)
    for path in ("/api/v1/conversations", "/api/v1/conversations/{c}/events", "/health/live", "/api/v1/widget"):
        assert attempts.FOR_STRANGERS.match(path)
