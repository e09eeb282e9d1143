"""A portrait is a picture by its content, belongs to its account, and is there for customers without a token."""

from __future__ import annotations

import pytest

from handoff.agents.pictures import LARGEST, drawn
from tests.handoff.conftest import Desk
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service

PNG = b"\x89PNG\r\n\x1a\n" + b"a portrait" * 20


async def picture(desk: Desk, agent: str) -> tuple[int, str, bytes]:
    found = await desk.client.get(f"/api/v1/agents/{agent}/picture")
    return found.status_code, found.headers["content-type"].partition(";")[0], found.content


async def test_who_may_not(desk: Desk) -> None:
    customer = await desk.open()
    for headers in ({}, customer.headers):
        kept = await desk.client.put("/api/v1/agents/me/picture", content=PNG, headers=headers)
        dropped = await desk.client.delete("/api/v1/agents/me/picture", headers=headers)
        assert kept.status_code == dropped.status_code == 401


async def test_a_portrait_is_kept_shown_to_all_and_taken_back(desk: Desk) -> None:
    ana, headers = await Agent.sign_in(desk), await desk.sign_in()
    me = (await desk.client.get("/api/v1/session", headers=headers)).json()["id"]
    status, media, initials = await picture(desk, me)
    assert (status, media) == (200, "image/svg+xml")
    assert b">A<" in initials
    kept = await desk.client.put("/api/v1/agents/me/picture", content=PNG, headers=headers)
    assert kept.status_code == 204
    assert await picture(desk, me) == (200, "image/png", PNG)
    shown = await desk.client.get(f"/api/v1/agents/{me}/picture")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await desk.client.delete("/api/v1/agents/me/picture", headers=headers)).status_code == 204
    assert await picture(desk, me) == (200, media, initials)
    assert (await ana.get("/agents")).status_code == 200


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"<svg onload=alert(1)>", 422, "not_a_portrait"),
        (b"", 422, "not_a_portrait"),
        (b"%PDF-1.7", 422, "not_a_portrait"),
        (PNG + b"x" * LARGEST, 413, "portrait_too_large"),
    ],
)
async def test_anything_else_is_refused_and_leaves_what_was_there(
    desk: Desk, data: bytes, status: int, code: str
) -> None:
    headers = await desk.sign_in()
    me = (await desk.client.get("/api/v1/session", headers=headers)).json()["id"]
    await desk.client.put("/api/v1/agents/me/picture", content=PNG, headers=headers)
    refused = await desk.client.put("/api/v1/agents/me/picture", content=data, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await picture(desk, me) == (200, "image/png", PNG)


@pytest.mark.parametrize("agent", ["agt_nobody", "..%2F..%2Fx", "me"])
async def test_nobody_has_no_picture(desk: Desk, agent: str) -> None:
    assert (await desk.client.get(f"/api/v1/agents/{agent}/picture")).status_code == 404


def test_initials_are_words_and_never_markup() -> None:
    assert b">JR<" in drawn("agt_1", "Jonas Maria Reiter").data
    assert b">\xc3\x89M<" in drawn("agt_1", "\u00c9va Marchand").data
    assert b"<script" not in drawn("agt_1", "<script> &x").data
    assert b">?<" in drawn("agt_1", " ").data
    assert drawn("agt_1", "A B") == drawn("agt_1", "A B")
