"""The staff's accounts over HTTP: for administrators alone, each change in the trail, nobody locked out or kept in.

On both engines, with the real Redis, and a socket that stays open until the account behind it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from handoff.team.rules import ROLES
from tests.handoff.conftest import PASSWORD, Desk, ScriptedBot, running
from tests.handoff.queue.desk import Agent
from tests.support.waiting import eventually

pytestmark = pytest.mark.service

ANA, BEN, EVA = "ana@example.com", "ben@example.com", "eva@example.com"
NEW = {
    "name": "Cleo Brandt",
    "email": "cleo@example.com",
    "roles": ["agent", "senior"],
    "departments": ["orders"],
    "skills": ["delivery"],
    "languages": ["en", "de"],
    "capacity": 2,
}


@pytest.fixture
async def desk(settings: HandoffSettings, bot: ScriptedBot) -> AsyncIterator[Desk]:
    """Ben administers. Heartbeats are rare, so that what ends at once does not end with one."""
    async with running(settings.model_copy(update={"heartbeat_every": timedelta(hours=1)}), bot) as desk:
        await roles(desk, BEN, "agent", "admin")
        yield desk


async def roles(desk: Desk, email: str, *names: str) -> None:
    change = sa.update(t.agents).where(t.agents.c.email == email).values(roles=list(names))
    await desk.handoff.core.database.write(lambda c: c.execute(change))


async def call(by: Agent, method: str, path: str = "", body: dict[str, Any] | None = None) -> httpx.Response:
    return await by.desk.client.request(method, f"/api/v1/team{path}", json=body, headers=by.headers)


async def person(admin: Agent, email: str) -> dict[str, Any]:
    people = (await call(admin, "GET")).json()["people"]
    return next(each for each in people if each["email"] == email)


async def change(admin: Agent, email: str, /, **values: Any) -> httpx.Response:
    found = await person(admin, email)
    return await call(admin, "PATCH", f"/{found['id']}", {"version": found["version"], **values})


async def trail(admin: Agent, *actions: str) -> list[dict[str, Any]]:
    entries = (await admin.get("/audit?limit=500")).json()["entries"]
    return [each for each in reversed(entries) if each["action"] in actions]


async def test_who_may_not_is_refused_and_it_is_written_down(desk: Desk) -> None:
    admin = await Agent.sign_in(desk, BEN)
    ben = await person(admin, BEN)
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "", None),
        ("POST", "", NEW),
        ("PATCH", f"/{ben['id']}", {"version": 1, "active": False}),
        ("POST", f"/{ben['id']}/password", None),
    ]
    for method, path, body in asked:
        anonymous = await desk.client.request(method, f"/api/v1/team{path}", json=body)
        assert (anonymous.status_code, anonymous.json()["code"]) == (401, "token_missing")
    ana = await Agent.sign_in(desk)
    before = (await call(admin, "GET")).json()["people"]
    for role in ROLES:
        if role == "admin":
            continue
        await roles(desk, ANA, role)
        for method, path, body in asked:
            refused = await call(ana, method, path, body)
            assert (refused.status_code, refused.json()["code"]) == (403, "role_missing"), (role, method, path)
    await roles(desk, ANA, "agent")
    refusals = [e for e in (await admin.get("/audit?limit=500")).json()["entries"] if "/team" in e["action"]]
    assert len(refusals) == len(asked) * (len(ROLES) - 1)
    assert {(e["agent_name"], e["outcome"], e["code"]) for e in refusals} == {("Ana", "refused", "role_missing")}
    assert (await call(admin, "GET")).json()["people"] == before


async def test_a_colleague_is_added_signs_in_and_is_offered_work(desk: Desk) -> None:
    admin = await Agent.sign_in(desk, BEN)
    answer = await call(admin, "POST", "", NEW)
    assert answer.status_code == 201, answer.text
    made, password = answer.json()["person"], answer.json()["password"]
    assert {key: made[key] for key in made if key != "id"} == {**NEW, "active": True, "load": 0, "version": 1}
    signed = await desk.client.post("/api/v1/session", json={"email": NEW["email"], "password": password})
    desk.client.cookies.clear()
    cleo = Agent(desk, {"Authorization": f"Bearer {signed.json()['token']}"})
    customer = await desk.open()
    await cleo.take(customer)
    shown = await person(admin, "cleo@example.com")
    assert (shown["presence"], shown["load"], shown["capacity"]) == ("online", 1, 2)
    listed = (await call(admin, "GET")).json()
    assert listed["roles"] == list(ROLES)
    assert {"orders", "gear", "billing"} <= set(listed["departments"])
    assert {"delivery", "refunds"} <= set(listed["skills"])
    stored = await desk.handoff.core.database.read(
        lambda c: c.execute(sa.select(t.agents.c.password_hash).where(t.agents.c.id == made["id"])).scalar_one()
    )
    assert stored.startswith("$argon2id$")
    (noted,) = await trail(admin, "team.add")
    assert (noted["agent_name"], noted["object_id"], noted["detail"]) == (
        "Ben",
        made["id"],
        {"after": {**NEW, "active": True}},
    )
    again = await call(admin, "POST", "", {**NEW, "email": "CLEO@example.com"})
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")


async def test_bad_input_changes_nothing_and_says_what_is_wrong(desk: Desk) -> None:
    admin = await Agent.sign_in(desk, BEN)
    before = (await call(admin, "GET")).json()["people"]
    for bad, code in (
        ({"name": "\0"}, "bad_name"),
        ({"email": "cleo"}, "bad_address"),
        ({"roles": ["owner"]}, "no_such_role"),
        ({"roles": []}, "no_role"),
        ({"departments": ["moon"]}, "no_such_department"),
        ({"skills": ["no spaces!"]}, "bad_skill"),
        ({"languages": ["English"]}, "bad_language"),
        ({"capacity": 1_000}, "bad_capacity"),
        ({"capacity": "many"}, "invalid"),
        ({"password": "mine"}, "invalid"),
        ({"name": "x" * 1_000}, "invalid"),
    ):
        added = await call(admin, "POST", "", NEW | bad)
        assert (added.status_code, added.json()["code"]) == (422, code), bad
        changed = await change(admin, ANA, **bad)
        assert (changed.status_code, changed.json()["code"]) == (422, code), bad
    assert (await change(admin, ANA)).status_code == 422
    taken = await change(admin, ANA, email=EVA)
    assert (taken.status_code, taken.json()["code"], taken.json()["data"]["field"]) == (409, "email_taken", "email")
    for method, path, body in (
        ("PATCH", "/agt_none", {"version": 1, "name": "Nobody"}),
        ("POST", "/agt_none/password", None),
    ):
        missing = await call(admin, method, path, body)
        assert (missing.status_code, missing.json()["code"]) == (404, "colleague_not_found")
    assert (await call(admin, "GET")).json()["people"] == before
    refusals = await trail(admin, "team.add", "team.change", "team.password")
    assert {each["outcome"] for each in refusals} == {"refused"}
    assert "moon" not in str(refusals)  # what was refused is not kept, only that and why


async def test_of_two_who_edit_at_once_the_second_is_told(desk: Desk) -> None:
    admin = await Agent.sign_in(desk, BEN)
    ana = await person(admin, ANA)
    both = [{"version": ana["version"], "capacity": capacity} for capacity in (5, 6)]
    answers = await asyncio.gather(*(call(admin, "PATCH", f"/{ana['id']}", body) for body in both))
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 409, "edit_conflict")
    assert second.json()["data"]["person"] == first.json()
    assert (await person(admin, ANA))["capacity"] == first.json()["capacity"]
    same = await change(admin, ANA, capacity=first.json()["capacity"])
    assert same.json()["version"] == first.json()["version"]  # nothing changed, so nobody else is disturbed
    done = [each for each in await trail(admin, "team.change") if each["outcome"] == "done"]
    assert [each["detail"] for each in done] == [
        {"before": {"capacity": 3}, "after": {"capacity": first.json()["capacity"]}}
    ]


async def test_there_is_always_an_administrator(desk: Desk) -> None:
    ben = await Agent.sign_in(desk, BEN)
    for values, code in (({"active": False}, "not_yourself"), ({"roles": ["agent"]}, "last_admin")):
        refused = await change(ben, BEN, **values)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert (await change(ben, ANA, roles=["agent", "admin"])).status_code == 200
    ana = await Agent.sign_in(desk)
    them = {email: await person(ben, email) for email in (ANA, BEN)}
    # Each takes the other's role at the same moment: one of them must stay.
    answers = await asyncio.gather(
        *(
            call(by, "PATCH", f"/{them[email]['id']}", {"version": them[email]["version"], "roles": ["agent"]})
            for by, email in ((ben, ANA), (ana, BEN))
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 403]
    count = sa.select(t.agents.c.roles)
    rows = await desk.handoff.core.database.read(lambda c: c.execute(count).scalars().all())
    assert sum("admin" in row for row in rows) == 1


async def listening(desk: Desk, agent: Agent) -> ClientConnection:
    """The agent's desk, open."""
    token = agent.headers["Authorization"].removeprefix("Bearer ")
    url = desk.url.replace("http", "ws") + "/api/v1/desk/socket"
    socket = await connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"])
    while orjson.loads(await socket.recv())["kind"] != "heartbeat":
        pass
    return socket


async def ended(socket: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    return socket.close_code


async def test_who_is_switched_off_is_out_at_once_and_what_they_had_waits_again(desk: Desk) -> None:
    admin, ana = await Agent.sign_in(desk, BEN), await Agent.sign_in(desk)
    had, rings = await desk.open(), await desk.open()
    await ana.take(had)
    socket = await listening(desk, ana)
    await desk.client.put("/api/v1/agents/me/presence", json={"state": "away"}, headers=admin.headers)
    await rings.post("handoff", {})
    find = sa.select(t.handoffs.c.offered_to).where(t.handoffs.c.conversation_id == rings.id)

    async def offered() -> Any:
        return await desk.handoff.core.database.read(lambda c: c.execute(find).scalar())

    me = (await ana.get("/session")).json()["id"]
    await eventually("it rings at Ana's", offered)
    assert await offered() == me
    off = await change(admin, ANA, active=False)
    assert (off.status_code, off.json()["active"]) == (200, False)
    assert await ended(socket) == 4401
    assert (await ana.get("/queue")).status_code == 401
    refused = await desk.client.post("/api/v1/session", json={"email": ANA, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_failed")

    async def waits_again() -> bool:
        log = await desk.log(had.id)
        return any(e["type"] == "handoff.released" and e["data"]["reason"] == "switched_off" for e in log)

    await eventually("what she had waits again", waits_again)

    async def moved_on() -> bool:
        return await offered() != me

    await eventually("what rang moves on, long before the offer's time is over", moved_on, within=5)
    assert await desk.violations(had.id) == []
    shown = await person(admin, ANA)
    assert (shown["presence"], shown["load"], shown["active"]) == ("offline", 0, False)
    assert ANA not in str((await admin.get("/agents")).json())
    # And on again, with the old password and a session of its own.
    assert (await change(admin, ANA, active=True)).status_code == 200
    assert (await ana.get("/queue")).status_code == 401
    assert (await (await Agent.sign_in(desk)).get("/queue")).status_code == 200
    assert [(e["action"], e["detail"]) for e in await trail(admin, "team.switch_off", "team.switch_on")] == [
        ("team.switch_off", {"before": {"active": True}, "after": {"active": False}}),
        ("team.switch_on", {"before": {"active": False}, "after": {"active": True}}),
    ]


async def test_who_leaves_the_desk_for_another_work_gives_back_what_they_had(desk: Desk) -> None:
    admin, ana, customer = await Agent.sign_in(desk, BEN), await Agent.sign_in(desk), await desk.open()
    await ana.take(customer)
    socket = await listening(desk, ana)
    assert (await change(admin, ANA, roles=["editor"])).status_code == 200
    assert await ended(socket) == 4401
    assert (await ana.get("/session")).json()["roles"] == ["editor"]  # the session goes on

    async def released() -> bool:
        return any(e["type"] == "handoff.released" for e in await desk.log(customer.id))

    await eventually("it waits again", released)
    assert await desk.violations(customer.id) == []


async def test_a_new_password_is_shown_once_and_ends_the_sessions_of_the_old_one(desk: Desk) -> None:
    admin, ana = await Agent.sign_in(desk, BEN), await Agent.sign_in(desk)
    socket = await listening(desk, ana)
    password = (await call(admin, "POST", f"/{(await person(admin, ANA))['id']}/password")).json()["password"]
    assert len(password) == 19
    assert await ended(socket) == 4401
    assert (await ana.get("/queue")).status_code == 401
    for tried, status in ((PASSWORD, 401), (password, 200)):
        answer = await desk.client.post("/api/v1/session", json={"email": ANA, "password": tried})
        assert answer.status_code == status
    desk.client.cookies.clear()
    # One's own: the page that shows it stays signed in, other devices do not.
    other = await Agent.sign_in(desk, BEN)
    assert (await call(admin, "POST", f"/{(await person(admin, BEN))['id']}/password")).status_code == 200
    assert (await other.get("/queue")).status_code == 401
    noted = await trail(admin, "team.password")
    assert [(each["outcome"], each["detail"]) for each in noted] == [("done", {}), ("done", {})]
    everything = (await admin.get("/audit?limit=500")).text + (await call(admin, "GET")).text
    assert password not in everything
    assert "argon2" not in everything
