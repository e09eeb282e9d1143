"""Sign-in, and what a session is worth: the same words for every failure, a limit, an end, and a cookie of our own."""

from __future__ import annotations

import asyncio
from datetime import datetime

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from handoff.clock import SystemClock
from handoff.settings import HandoffSettings
from tests.handoff.conftest import PASSWORD, Desk, ScriptedBot, running

pytestmark = pytest.mark.service

ANA = "ana@example.com"


async def sign_in(desk: Desk, email: str = ANA, password: str = PASSWORD) -> httpx.Response:
    async with httpx.AsyncClient(base_url=desk.url, timeout=60) as browser:
        return await browser.post("/api/v1/session", json={"email": email, "password": password})


async def test_signing_in_says_who_one_is(desk: Desk) -> None:
    answer = await sign_in(desk, " Ana@Example.com ")
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "roles", "expires_at"}
    me = await desk.client.get("/api/v1/session", headers={"Authorization": f"Bearer {answer.json()['token']}"})
    assert (me.json()["email"], me.json()["roles"]) == (ANA, ["agent"])


async def test_a_wrong_password_and_an_unknown_address_get_the_same_words(desk: Desk) -> None:
    wrong, unknown = await sign_in(desk, password="wrong"), await sign_in(desk, "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    for answer in (wrong, unknown):
        assert "set-cookie" not in answer.headers
    assert wrong.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


class StillClock(SystemClock):
    """Stands where it was made, so that no minute ends in the middle of a test."""

    def __init__(self) -> None:
        self._now = super().now()

    def now(self) -> datetime:
        return self._now


async def test_after_five_failures_a_minute_even_the_right_password_waits(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    """All at once, because a limit that looks first and counts later lets them all through."""
    email = "ben@example.com"
    async with running(settings, bot, StillClock()) as desk:
        await desk.handoff.redis.flushdb()
        answers = await asyncio.gather(*(sign_in(desk, email, "wrong") for _ in range(12)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7
        late = await sign_in(desk, email)
        assert (late.status_code, late.json()["code"]) == (429, "too_many")
        assert 0 < int(late.headers["retry-after"]) <= 60
        assert (await sign_in(desk)).status_code == 200


async def test_signing_in_well_uses_nothing_up(desk: Desk) -> None:
    await desk.handoff.redis.flushdb()
    assert [(await sign_in(desk)).status_code for _ in range(7)] == [200] * 7


async def test_signing_out_ends_the_session(desk: Desk) -> None:
    headers = {"Authorization": f"Bearer {(await sign_in(desk)).json()['token']}"}
    other = {"Authorization": f"Bearer {(await sign_in(desk)).json()['token']}"}
    assert (await desk.client.delete("/api/v1/session", headers=headers)).status_code == 204
    ended = await desk.client.get("/api/v1/queue", headers=headers)
    assert (ended.status_code, ended.json()["code"]) == (401, "session_ended")
    assert (await desk.client.get("/api/v1/queue", headers=other)).status_code == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: Desk) -> None:
    cookie = (await sign_in(desk)).headers["set-cookie"]
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= flags
    assert "secure" not in flags  # a setting, on behind HTTPS


async def test_a_cookie_counts_for_changes_only_from_our_own_pages(desk: Desk) -> None:
    token = (await sign_in(desk)).json()["token"]
    cookie = {"Cookie": f"frontdesk_session={token}"}
    url = "/api/v1/agents/me/presence"

    async def put(origin: str | None) -> tuple[int, str]:
        headers = cookie | ({"Origin": origin} if origin else {})
        answer = await desk.client.put(url, json={"state": "online"}, headers=headers)
        return answer.status_code, answer.json()["code"] if answer.content else ""

    for origin in (None, "null", "https://evil.example", desk.url + ".evil.example", "http://[::1"):
        assert await put(origin) == (403, "foreign_origin")
    assert await put(desk.url) == (204, "")
    assert (await desk.client.get("/api/v1/queue", headers=cookie)).status_code == 200


@pytest.mark.parametrize("public_url", ["https://Help.Example:443/desk/", "https://help.example"])
async def test_behind_a_proxy_that_renames_the_host_the_public_address_is_ours(
    settings: HandoffSettings, bot: ScriptedBot, public_url: str
) -> None:
    """The proxy asks us under an address of its own; the browser says under which it was asked."""
    async with running(settings.model_copy(update={"public_url": public_url}), bot) as desk:
        token = (await sign_in(desk)).json()["token"]
        url, cookie = "/api/v1/agents/me/presence", f"frontdesk_session={token}"
        for origin, status in {
            "https://help.example": 204,
            desk.url: 204,
            "http://help.example": 403,
            "https://help.example.evil": 403,
            "null": 403,
        }.items():
            answer = await desk.client.put(url, json={"state": "online"}, headers={"Cookie": cookie, "Origin": origin})
            assert (answer.status_code, origin) == (status, origin)
            told = connect(
                f"{desk.url.replace('http', 'ws')}/api/v1/desk/socket",
                origin=Origin(origin),
                additional_headers={"Cookie": cookie},
            )
            async with told as socket:
                if status == 204:
                    assert orjson.loads(await socket.recv()) == {"kind": "queue"}
                else:
                    with pytest.raises(ConnectionClosed):
                        await socket.recv()
