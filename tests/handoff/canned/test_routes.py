"""Canned replies over HTTP: who may, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handoff.conftest import Desk
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service

HELLO = {"shortcut": "hello", "title": "Greeting", "text": "Hello {customer_name}, this is {agent_name}."}


async def send(agent: Agent, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    answer = await agent.desk.client.request(method, f"/api/v1{path}", json=body, headers=agent.headers)
    return answer.status_code, answer.json() if answer.content else None


async def test_who_may_not(desk: Desk) -> None:
    anonymous = await desk.client.get("/api/v1/canned-replies")
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "token_missing")
    customer = await desk.open("mara")
    denied = await desk.client.post("/api/v1/canned-replies", json=HELLO, headers=customer.headers)
    assert denied.status_code == 401

    ana = await Agent.sign_in(desk)
    assert (await send(ana, "POST", "/canned-replies", HELLO | {"scope": "shared"}))[0] == 403
    assert (await send(ana, "PATCH", "/canned-replies/can_none", {"title": "x"}))[0] == 404
    _, mine = await send(ana, "POST", "/canned-replies", HELLO)
    ben = await Agent.sign_in(desk, "ben@example.com")
    assert (await send(ben, "DELETE", f"/canned-replies/{mine['id']}"))[0] == 404
    assert (await send(ben, "POST", f"/canned-replies/{mine['id']}/used"))[0] == 404
    assert (await send(ben, "GET", "/canned-replies"))[1] == {"replies": []}

    _, shared = await send(ben, "POST", "/canned-replies", HELLO | {"scope": "shared"})
    assert (await send(ana, "PATCH", f"/canned-replies/{shared['id']}", {"title": "x"}))[0] == 403
    assert (await send(ana, "DELETE", f"/canned-replies/{shared['id']}"))[0] == 403


async def test_a_reply_is_written_used_changed_and_deleted(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    status, first = await send(ana, "POST", "/canned-replies", HELLO)
    assert (status, first["uses"], first["mine"], first["scope"]) == (201, 0, True, "personal")
    status, second = await send(ana, "POST", "/canned-replies", HELLO | {"shortcut": "bye", "text": "Bye"})
    assert status == 201
    assert (await send(ana, "POST", f"/canned-replies/{second['id']}/used"))[0] == 204
    _, listed = await send(ana, "GET", "/canned-replies")
    assert [each["shortcut"] for each in listed["replies"]] == ["bye", "hello"]  # used most first

    _, changed = await send(ana, "PATCH", f"/canned-replies/{first['id']}", {"text": "Hi {customer_name}"})
    assert (changed["text"], changed["title"]) == ("Hi {customer_name}", "Greeting")
    assert (await send(ana, "DELETE", f"/canned-replies/{first['id']}"))[0] == 204
    _, listed = await send(ana, "GET", "/canned-replies")
    assert [each["shortcut"] for each in listed["replies"]] == ["bye"]


async def test_what_is_refused(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    await send(ana, "POST", "/canned-replies", HELLO)
    status, problem = await send(ana, "POST", "/canned-replies", HELLO)
    assert (status, problem["code"]) == (409, "shortcut_taken")
    status, problem = await send(ana, "POST", "/canned-replies", HELLO | {"shortcut": "x", "text": "Dear {costumer}"})
    assert (status, problem["code"], problem["data"]) == (422, "unknown_variable", {"unknown": ["costumer"]})
    for bad in ({"shortcut": "Two words"}, {"text": ""}, {"title": " "}, {"mood": 1}, {"scope": "world"}):
        assert (await send(ana, "POST", "/canned-replies", HELLO | {"shortcut": "y"} | bad))[0] == 422
    # A shortcut of somebody else's, and the same one shared, do not stand in the way.
    ben = await Agent.sign_in(desk, "ben@example.com")
    assert (await send(ben, "POST", "/canned-replies", HELLO))[0] == 201
    assert (await send(ben, "POST", "/canned-replies", HELLO | {"scope": "shared"}))[0] == 201
